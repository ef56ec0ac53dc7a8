import { readFile, rename, writeFile } from 'node:fs/promises';

/** Only the owner may read it, and no reader ever sees half of it. */
export async function writePrivateJson(file: string, value: unknown): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, file);
}

/** Undefined when the file is missing or is not JSON. The caller says what it wrote there. */
export async function readPrivateJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
