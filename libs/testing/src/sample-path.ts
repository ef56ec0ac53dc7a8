import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SAMPLES = join(__dirname, '..', 'samples');

/** The absolute path of a real file in `libs/testing/samples`. An unknown name is an error that lists the known ones. */
export function samplePath(name: string): string {
  const path = join(SAMPLES, name);
  if (existsSync(path)) return path;
  throw new Error(`There is no sample ${name}; there are: ${readdirSync(SAMPLES).join(', ')}`);
}
