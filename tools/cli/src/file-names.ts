import type { BatchDetail } from '@shotloom/sdk';

/** One video of a batch, and the name of its file. */
export interface BatchVideo {
  /** From 0, as the API counts. */
  readonly row: number;
  readonly key: string | null;
  readonly jobId: string;
  readonly fileName: string;
}

/** Leaves room for what is added; some file systems end a name at 143 bytes. */
const MOST_BYTES = 100;
/** Names that are devices on Windows, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(\.|$)/i;

/**
 * The videos of a batch in the order of their rows, each with a name of its own, also where a file system takes capitals and small letters
 * for the same. The same batch has the same names whenever it is asked.
 */
export function videosOf({ items, rows }: Pick<BatchDetail, 'items' | 'rows'>): BatchVideo[] {
  const used = new Set<string>();
  const digits = String(rows).length;
  return items.flatMap(({ row, key, job_ids: ids }) => {
    const byNumber = `row-${String(row + 1).padStart(digits, '0')}`;
    const stem = (key === null ? '' : safeName(key)) || byNumber;
    return ids.map((jobId, index) => {
      const variant = ids.length > 1 ? `-${index + 1}` : '';
      let name = `${stem}${variant}`;
      if (used.has(folded(name))) name = `${stem}-${byNumber}${variant}`;
      while (used.has(folded(name))) name = `${name}_`;
      used.add(folded(name));
      return { row, key, jobId, fileName: `${name}.mp4` };
    });
  });
}

const folded = (name: string): string => name.normalize('NFKC').toLowerCase();

/** What of a key can be part of a name on every file system, without a path, hidden files, spaces and control characters; may be empty. */
export function safeName(key: string): string {
  const plain = key
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '_')
    .replaceAll(/^[._\p{M}-]+/gu, '');
  const short = shortened(plain).replaceAll(/[._-]+$/g, '');
  return DEVICE.test(short) ? `_${short}` : short;
}

/** By whole characters. */
function shortened(text: string): string {
  let short = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > MOST_BYTES) break;
    short += character;
  }
  return short;
}
