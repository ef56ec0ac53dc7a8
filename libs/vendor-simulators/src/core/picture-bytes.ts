const BASE64_DIGITS = /^[A-Za-z0-9+/]*$/;
const BASE64_END = /={0,2}$/;
/** Characters. A greedy expression over a whole picture can run out of V8's stack, which depends on how it was compiled that time. */
const PIECE = 65_536;
const PNG_MAGIC = '89504e470d0a1a0a';

/** Whether a text is raw base64, looked at in pieces. */
export function isBase64(text: string): boolean {
  const padding = BASE64_END.exec(text.slice(-2))?.[0].length ?? 0;
  const digits = text.length - padding;
  if (digits === 0 || text.length % 4 !== 0) return false;
  for (let from = 0; from < digits; from += PIECE) {
    if (!BASE64_DIGITS.test(text.slice(from, Math.min(from + PIECE, digits)))) return false;
  }
  return true;
}

/** Pixels of a PNG or JPEG, from its header. */
export function sizeOf(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length >= 24 && bytes.subarray(0, 8).toString('hex') === PNG_MAGIC) {
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  return jpegSize(bytes);
}

function jpegSize(bytes: Buffer): { width: number; height: number } | undefined {
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
