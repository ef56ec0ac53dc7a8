/** Marks a branch that the compiler proves unreachable; throws if a value from outside reaches it all the same. */
export function assertNever(value: never, what = 'value'): never {
  throw new Error(`Unexpected ${what}: ${JSON.stringify(value)}`);
}
