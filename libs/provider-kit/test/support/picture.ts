import type { VendorInput } from '@shotloom/provider-kit';

const CHUNK = 65_536;

/** A picture of any size: begins like a PNG of so many pixels; the rest is nothing. `onRead` hears of the bytes that are taken. */
export function picture(
  sizeBytes: number,
  role: VendorInput['role'] = 'first_frame',
  onRead: (bytes: number) => void = () => undefined,
  { width, height }: { readonly width: number; readonly height: number } = { width: 640, height: 480 },
): VendorInput {
  const head = Buffer.alloc(24);
  Buffer.from('89504e470d0a1a0a', 'hex').copy(head);
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return {
    ...{ role, contentType: 'image/png', sizeBytes, url: null },
    open: async () =>
      (async function* () {
        onRead(head.length);
        yield head;
        for (let left = sizeBytes - head.length; left > 0; left -= CHUNK) {
          const size = Math.min(left, CHUNK);
          onRead(size);
          yield Buffer.alloc(size, 7);
        }
      })(),
  };
}
