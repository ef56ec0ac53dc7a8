/**
 * The `code` of whatever was thrown, where it has one. Asked of the object and not of its class: errors of Node's own modules
 * are of another `Error` in a test's realm.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
