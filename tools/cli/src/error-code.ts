/** The system's word for what went wrong, such as `ENOENT`; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  const named = typeof error === 'object' && error !== null && 'code' in error;
  return named && typeof error.code === 'string' ? error.code : undefined;
}
