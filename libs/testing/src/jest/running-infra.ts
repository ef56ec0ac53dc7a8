import { INFRA_VARIABLES } from '../infra/shared-infra';

/** What global set-up leaves for global tear-down; they run in one process but are loaded apart. */
const KEY = Symbol.for('shotloom.testing.running-infra');
type Stop = () => Promise<void>;

function registry(): Stop[] {
  const holder = globalThis as { [KEY]?: Stop[] };
  holder[KEY] ??= [];
  return holder[KEY];
}

export function remember(stop: Stop): void {
  registry().push(stop);
}

/** Stops everything, latest first, even when one of them fails; then reports the first failure. */
export async function stopAll(): Promise<void> {
  const failures: unknown[] = [];
  for (const stop of registry().splice(0).reverse()) {
    await stop().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

export function publish(kind: keyof typeof INFRA_VARIABLES, url: string): void {
  process.env[INFRA_VARIABLES[kind]] = url;
}

export function isGiven(kind: keyof typeof INFRA_VARIABLES): boolean {
  return (process.env[INFRA_VARIABLES[kind]] ?? '') !== '';
}
