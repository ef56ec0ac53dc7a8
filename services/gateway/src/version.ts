import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of this release, from the package beside `src` and `dist`. */
export const VERSION: string = readVersion();

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8'));
  const found = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return found ? String(manifest.version) : '0.0.0';
}
