import { AppError } from '@shotloom/kernel';

const MAX_KEY_LENGTH = 512;
const ALLOWED = /^[A-Za-z0-9._/-]*$/;
const MAX_EXPIRY_SECONDS = 7 * 24 * 60 * 60;
const MAX_METADATA_BYTES = 2048;

const reasonAgainst = (text: string): string | undefined => {
  if (text.length > MAX_KEY_LENGTH) return `is longer than ${MAX_KEY_LENGTH} characters`;
  if (!ALLOWED.test(text)) return 'has characters other than A-Z a-z 0-9 . _ / -';
  if (text.startsWith('/')) return 'starts with a slash';
  if (text.split('/').some((segment) => segment === '..' || segment === '.')) return 'has a . or .. segment';
  if (text.includes('//')) return 'has an empty segment';
  return undefined;
};

const refuse = (what: string, reason: string): AppError =>
  new AppError('invalid_input', `This ${what} cannot be used: it ${reason}.`);

/** Refuses a key that is not portable between drivers, or that could mean another path. Throws `invalid_input`. */
export function checkKey(key: string): void {
  if (key === '') throw refuse('object key', 'is empty');
  if (key.endsWith('/')) throw refuse('object key', 'ends with a slash');
  const reason = reasonAgainst(key);
  if (reason !== undefined) throw refuse('object key', reason);
}

/** As for keys, but a prefix may be empty and may end with a slash. Throws `invalid_input`. */
export function checkPrefix(prefix: string): void {
  const reason = reasonAgainst(prefix);
  if (reason !== undefined) throw refuse('prefix', reason);
}

/** An empty prefix would empty the bucket, which is never what a caller means. */
export function checkRemovablePrefix(prefix: string): void {
  if (prefix === '') throw refuse('prefix', 'is empty, which would remove everything');
  checkPrefix(prefix);
}

/** Throws `invalid_input` unless it is a whole number of seconds between one and seven days. */
export function checkExpiry(seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_EXPIRY_SECONDS) return;
  throw refuse(
    'lifetime of a signed URL',
    `must be 1 to ${MAX_EXPIRY_SECONDS} whole seconds, not ${seconds}`,
  );
}

/** Content types go into headers as they are, so nothing that could end a header line may pass. */
export function checkContentType(contentType: string): void {
  if (/^[\w.+-]+\/[\w.+-]+(?:; ?[\w.-]+=[\w.+-]+)*$/.test(contentType) && contentType.length <= 128) return;
  throw refuse('content type', 'is not of the form type/subtype');
}

/** Throws `invalid_input` for metadata that S3 would refuse or change. */
export function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    bytes += name.length + value.length;
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw refuse('metadata name', 'is not made of a-z 0-9 -');
    if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
      throw refuse('metadata value', 'is empty, padded, or not printable ASCII');
    }
  }
  if (bytes > MAX_METADATA_BYTES) throw refuse('metadata', `is larger than ${MAX_METADATA_BYTES} bytes`);
}
