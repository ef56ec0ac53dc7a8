import { freeBytes } from './data-folder';

const LOW_BYTES = 200 * 1024 ** 2;
const EVERY_MS = 15_000;

/** Says once, in one sentence, that the disk is nearly full: otherwise each service would say it in its own way. */
export function watchDisk(path: string, say: (text: string) => void): () => void {
  let said = false;
  const timer = setInterval(() => {
    void freeBytes(path).then((free) => {
      const low = free < LOW_BYTES;
      if (low && !said) say(`The disk of ${path} is nearly full: jobs will fail until there is space.`);
      said = low;
    });
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
