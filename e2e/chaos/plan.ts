import type { Fault } from '@shotloom/vendor-simulators';
import { Dice } from './dice';
import { drawOrderFault, drawPassingFault } from './vendor-faults';

export const USERS = 5;
/** The last user has so little that some orders are refused for want of credits. */
export const RICH_CREDITS = 100_000;
export const POOR_CREDITS = 200;
/** Read by a trigger that shortens the job's longest wait: the catalogue's ten minutes are too long for a run. */
export const SHORT_WAIT_WORD = '[short wait]';

/** One request for videos, with all that a client may do about it. */
export interface Order {
  readonly number: number;
  readonly user: number;
  readonly operation: 'text-to-video' | 'image-to-video';
  readonly body: Readonly<Record<string, unknown>>;
  readonly variants: number;
  readonly keyed: boolean;
  /** The client hangs up after this, and, where it has a key, asks again. Milliseconds. */
  readonly hangsUpAfterMs: number | null;
  /** A client that has its answer and asks again all the same. */
  readonly asksTwice: boolean;
  readonly fault: string | null;
  readonly faults: readonly Fault[];
}

/** Services, servers, and the replicas that the suite adds beside them. */
export const UNITS = [
  'gateway',
  'job-orchestrator',
  'provider-kling',
  'provider-animatic',
  'storage',
  'notifier',
  'nats',
  'postgres',
  'job-orchestrator-b',
  'provider-kling-b',
] as const;
export type Unit = (typeof UNITS)[number];

export type Deed =
  | { readonly do: 'order'; readonly order: Order }
  /** `which`, 0 to 1: one of the jobs that the user knows by then. */
  | { readonly do: 'cancel' | 'delete'; readonly user: number; readonly which: number }
  | { readonly do: 'stop-all'; readonly user: number }
  | { readonly do: 'fault'; readonly fault: Fault }
  /** Messages that were sent before come again, under new ids and with fields that nobody knows. */
  | { readonly do: 'replay'; readonly count: number }
  | {
      readonly do: 'crash';
      readonly unit: Unit;
      readonly signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT';
      readonly downMs: number;
    };

/** What happens when, counted from the beginning. Milliseconds. */
export interface Step {
  readonly at: number;
  readonly deed: Deed;
}

export interface PlanOptions {
  readonly seed: number;
  /** How long things happen; what follows is the wait for quiet. */
  readonly seconds: number;
  readonly orders: number;
}

/** The whole run, from its seed alone. Pure. */
export function makePlan({ seed, seconds, orders }: PlanOptions): readonly Step[] {
  const dice = new Dice(seed);
  const end = seconds * 1_000;
  const steps: Step[] = [];
  const anywhere = (): number => dice.between(0, end);
  const some = (count: number, make: () => Deed, at = anywhere): void => {
    for (let made = 0; made < count; made += 1) steps.push({ at: at(), deed: make() });
  };
  for (let number = 0; number < orders; number += 1) {
    const at = anywhere();
    steps.push({ at, deed: { do: 'order', order: makeOrder(dice, number, at < end / 3) } });
  }
  const user = (): number => dice.between(0, USERS - 1);
  some(Math.ceil(orders / 8), () => ({ do: 'cancel', user: user(), which: dice.between(0, 999) / 1_000 }));
  some(Math.ceil(orders / 12), () => ({ do: 'delete', user: user(), which: dice.between(0, 999) / 1_000 }));
  some(Math.max(1, Math.floor(seconds / 30)), () => ({ do: 'stop-all', user: user() }));
  some(Math.ceil(seconds / 3), () => ({ do: 'fault', fault: drawPassingFault(dice) }));
  some(Math.ceil(seconds / 4), () => ({ do: 'replay', count: dice.between(3, 12) }));
  for (let at = 3_000; at < end; at += dice.between(4_000, 8_000)) steps.push({ at, deed: makeCrash(dice) });
  return steps.toSorted((a, b) => a.at - b.at);
}

function makeCrash(dice: Dice): Deed {
  const unit = dice.pick(UNITS);
  // To Postgres a SIGTERM says: when the last client has gone. SIGINT is the gentle stop that ends.
  const gentle = unit === 'postgres' ? 'SIGINT' : 'SIGTERM';
  const signal = dice.chance(0.75) ? 'SIGKILL' : gentle;
  return { do: 'crash', unit, signal, downMs: dice.chance(0.5) ? 0 : dice.between(500, 3_000) };
}

const KLING = ['kling:kling-2.6', 'kling:kling-2.5-turbo', 'kling:kling-3.0'] as const;

function makeOrder(dice: Dice, number: number, isEarly: boolean): Order {
  const user = dice.between(0, USERS - 1);
  const variants = dice.weighted([
    [8, 1],
    [1, 2],
    [1, 3],
  ] as const);
  const keyed = dice.chance(0.7);
  const common = {
    number,
    user,
    keyed,
    hangsUpAfterMs: dice.chance(0.25) ? dice.between(1, 60) : null,
    asksTwice: keyed && dice.chance(0.2),
  };
  const tag = `chaos-${number}.`;
  if (dice.chance(0.08)) {
    const body = { prompt: `zoom in, ${tag}`, model: 'animatic:animatic-1', duration: 1, size: '720P' };
    return { ...common, operation: 'image-to-video', body, variants: 1, fault: null, faults: [] };
  }
  const fault = drawOrderFault(dice, isEarly);
  const model = dice.pick(KLING);
  const others = KLING.filter((other) => other !== model);
  const chain = dice.chance(0.3) ? others.slice(0, dice.between(1, others.length)) : [];
  const prompt = `a ship at sea, ${tag}${fault?.waitsShort === true ? ` ${SHORT_WAIT_WORD}` : ''}`;
  return {
    ...common,
    operation: dice.chance(0.8) ? 'text-to-video' : 'image-to-video',
    body: {
      ...{ prompt, model, duration: 5, size: '720P', aspect_ratio: '16:9' },
      ...(variants > 1 ? { variants } : {}),
      ...(chain.length > 0 ? { fallback: chain } : {}),
    },
    variants,
    fault: fault?.name ?? null,
    faults: (fault?.faults ?? []).map((one) => ({ ...one, match: tag })),
  };
}
