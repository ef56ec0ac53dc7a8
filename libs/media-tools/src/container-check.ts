import { AppError } from '@shotloom/kernel';
import { readBytes, type RangeReader } from './range-reader';

/** Top-level boxes that we are willing to step over; real files have a handful, long fragmented ones thousands. */
const MAX_BOXES = 20_000;
/** Bytes of an index that we are willing to have in memory; an hour of video needs about 3 MB. */
const MAX_MOOV_BYTES = 64 * 1024 * 1024;

export interface ContainerFacts {
  /** True if a player can start before it has the end: the index comes before the media, or the container needs none. */
  readonly moovFirst: boolean;
}

/**
 * Steps over the top-level boxes of an MP4 or QuickTime file. Throws `media_invalid` for a file that ends before its last box
 * does, which is what a broken download looks like: its index may be whole and promise frames that are not there.
 */
export async function checkIsoBoxes(reader: RangeReader): Promise<ContainerFacts> {
  let moovAt: number | undefined;
  let mdatAt: number | undefined;
  let offset = 0;
  for (let boxes = 0; offset < reader.size; boxes += 1) {
    if (boxes === MAX_BOXES) throw invalid('it has too many boxes');
    const { type, size } = await readBox(reader, offset);
    if (offset + size > reader.size) {
      throw invalid(`it is cut off: ${reader.size} bytes are there of at least ${offset + size}`);
    }
    if (type === 'moov' && size > MAX_MOOV_BYTES) throw invalid(`its index has ${size} bytes`);
    if (type === 'moov') moovAt ??= offset;
    if (type === 'mdat') mdatAt ??= offset;
    offset += size;
  }
  if (moovAt === undefined) throw invalid('it has no index (moov box); it may be cut off');
  if (mdatAt === undefined) throw invalid('it has no media data');
  return { moovFirst: moovAt < mdatAt };
}

async function readBox(reader: RangeReader, offset: number): Promise<{ type: string; size: number }> {
  const head = Buffer.from(await readBytes(reader, offset, Math.min(offset + 16, reader.size)));
  if (head.length < 8) throw invalid('it ends within a box header');
  const type = head.toString('latin1', 4, 8);
  const short = head.readUInt32BE(0);
  if (short === 0) return { type, size: reader.size - offset };
  if (short !== 1) return { type, size: atLeast(short, 8) };
  if (head.length < 16) throw invalid('it ends within a box header');
  return { type, size: atLeast(Number(head.readBigUInt64BE(8)), 16) };
}

const atLeast = (size: number, minimum: number): number => {
  if (size < minimum) throw invalid('a box is smaller than its own header');
  return size;
};

const EBML_ID = 0x1a45dfa3;
const SEGMENT_ID = 0x18538067;

/** Compares the size that a WebM file's segment announces with what is there. Throws `media_invalid` for a cut file. */
export async function checkWebmSegment(reader: RangeReader): Promise<ContainerFacts> {
  const header = await readElement(reader, 0);
  if (header.id !== EBML_ID || header.size === undefined)
    throw invalid('its header is not that of a WebM file');
  const segment = await readElement(reader, header.dataAt + header.size);
  if (segment.id !== SEGMENT_ID) throw invalid('it has no segment');
  const end = segment.dataAt + (segment.size ?? 0);
  if (end > reader.size) throw invalid(`it is cut off: ${reader.size} bytes are there of ${end}`);
  return { moovFirst: true };
}

/** Reads an EBML element's head; `size` is undefined where the file says "unknown", as live recordings do. */
async function readElement(
  reader: RangeReader,
  offset: number,
): Promise<{ id: number; size: number | undefined; dataAt: number }> {
  const head = Buffer.from(await readBytes(reader, offset, Math.min(offset + 12, reader.size)));
  const first = head[4];
  if (first === undefined || first === 0) throw invalid('it ends within an element');
  const width = Math.clz32(first) - 23;
  if (head.length < 4 + width) throw invalid('it ends within an element');
  let size = BigInt(first & ((1 << (8 - width)) - 1));
  for (let at = 5; at < 4 + width; at += 1) size = size * 256n + BigInt(head[at] ?? 0);
  const unknown = size === (1n << BigInt(7 * width)) - 1n;
  return { id: head.readUInt32BE(0), size: unknown ? undefined : Number(size), dataAt: offset + 4 + width };
}

const invalid = (reason: string): AppError =>
  new AppError('media_invalid', `The video cannot be used: ${reason}.`);
