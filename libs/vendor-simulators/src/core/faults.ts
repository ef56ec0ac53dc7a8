import { z } from 'zod';
import type { SeededRandom } from './seeded-random';

/** What a request is about, in words that every vendor has. */
export const CALL_KINDS = ['create', 'query', 'account', 'result', 'other'] as const;
export type CallKind = (typeof CALL_KINDS)[number];

const effectSchema = z.discriminatedUnion('kind', [
  /** The vendor's own error, by the code of its table. `accepted`: after the task was made all the same. */
  z.object({ kind: z.literal('error'), code: z.string(), accepted: z.boolean().default(false) }),
  /** An answer of something in between, such as a proxy's page. */
  z.object({
    kind: z.literal('http'),
    status: z.int().min(200).max(599),
    body: z.string().default('<html>Bad gateway</html>'),
    accepted: z.boolean().default(false),
  }),
  /** The answer comes late; the work is done at once. */
  z.object({ kind: z.literal('slow'), ms: z.int().nonnegative() }),
  /** The connection is cut without an answer, before or after the work was done. */
  z.object({ kind: z.literal('cut'), accepted: z.boolean() }),
  /** The answer breaks off in its middle. */
  z.object({ kind: z.literal('truncated') }),
  /** One field of the answer is gone, or something else. */
  z.object({ kind: z.literal('shape'), path: z.array(z.string()).min(1), value: z.json().optional() }),
  /** The whole answer is something else. */
  z.object({ kind: z.literal('body'), body: z.json() }),
  /** The task made by this call fails in the end. */
  z.object({ kind: z.literal('task-fails'), message: z.string() }),
  /** The task made by this call shows this status word instead of its own while it runs. */
  z.object({ kind: z.literal('task-status'), word: z.string() }),
  /** The task made by this call takes this long: success after a deadline. */
  z.object({ kind: z.literal('task-takes'), ms: z.int().nonnegative() }),
  /** What happens to the callbacks of the task made by this call. */
  z.object({ kind: z.literal('callbacks'), mode: z.enum(['duplicate', 'reorder', 'drop', 'forge']) }),
  /** The next answer with a result carries a link that has expired already. */
  z.object({ kind: z.literal('link-expired') }),
]);
export type FaultEffect = z.infer<typeof effectSchema>;

/** A fault, and when it strikes. Plain JSON, so that it can be scripted from another process. */
export const faultSchema = z.intersection(
  effectSchema,
  z.object({
    on: z.enum(CALL_KINDS).default('create'),
    /** How often; null: always. */
    times: z.int().positive().nullable().default(1),
    /** Calls that it lets pass first. */
    skip: z.int().nonnegative().default(0),
    /** Strikes only so often, by the simulator's seed. */
    probability: z.number().min(0).max(1).default(1),
    /** Only calls whose path, query or body contains this, for example an external id. */
    match: z.string().optional(),
  }),
);
export type Fault = z.input<typeof faultSchema>;

interface Scripted {
  readonly fault: z.output<typeof faultSchema>;
  left: number;
  skip: number;
}

/** The faults that are to come, in the order in which they were scripted. */
export class FaultScript {
  private scripted: Scripted[] = [];

  constructor(private readonly random: SeededRandom) {}

  add(fault: Fault): void {
    const parsed = faultSchema.parse(fault);
    this.scripted.push({ fault: parsed, left: parsed.times ?? Infinity, skip: parsed.skip });
  }

  clear(): void {
    this.scripted = [];
  }

  /** The effects that strike this call. Each is spent by it. */
  take(kind: CallKind, text: () => string): FaultEffect[] {
    const striking = this.scripted.filter((item) => this.strikes(item, kind, text));
    for (const item of striking) item.left -= 1;
    this.scripted = this.scripted.filter((item) => item.left > 0);
    return striking.map((item) => item.fault);
  }

  private strikes(item: Scripted, kind: CallKind, text: () => string): boolean {
    const { on, match, probability } = item.fault;
    if (on !== kind || (match !== undefined && !text().includes(match))) return false;
    if (item.skip > 0) {
      item.skip -= 1;
      return false;
    }
    return probability === 1 || this.random.next() < probability;
  }
}

/** A copy of an answer with one field gone or changed. */
export function distort(body: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(body)) {
    return body.flatMap((item: unknown, index) => {
      if (`${index}` !== key) return [item];
      if (rest.length === 0 && value === undefined) return [];
      return [distort(item, rest, value)];
    });
  }
  if (typeof body !== 'object' || body === null) return body;
  const copy: Record<string, unknown> = { ...body };
  if (rest.length === 0 && value === undefined) delete copy[key];
  else copy[key] = distort(copy[key], rest, value);
  return copy;
}
