/**
 * Text of others as Postgres can keep it: without NUL, and without the half of a pair that cutting an emoji leaves. Either would make
 * a transaction fail each time it is tried.
 */
export function storableText(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed();
}
