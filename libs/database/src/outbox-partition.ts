/** How many independent lanes an outbox has. Rows keep the lane they were written with. */
export const OUTBOX_PARTITIONS = 16;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over UTF-16 units: stable between releases and machines, which a lane or lock number must be. */
export function stableHash(text: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  }
  return hash >>> 0;
}

/** The lane of a partition key, 0 to `OUTBOX_PARTITIONS` - 1. */
export function partitionOf(key: string): number {
  return stableHash(key) % OUTBOX_PARTITIONS;
}

/** The first number of a two-number advisory lock (a signed 32-bit integer) for a purpose. */
export function advisoryLockClass(purpose: string): number {
  return stableHash(purpose) | 0;
}
