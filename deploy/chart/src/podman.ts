import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Runs Podman, gives what it printed; rejects with its own words. */
export async function podman(...args: string[]): Promise<string> {
  try {
    const { stdout } = await run('podman', args, { maxBuffer: MAX_OUTPUT });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).slice(-2_000) : '';
    throw new Error(`podman ${args.slice(0, 3).join(' ')} failed: ${said}`, { cause: error });
  }
}

/** What a container wrote, in both streams. */
export async function logsOf(container: string): Promise<string> {
  const { stdout, stderr } = await run('podman', ['logs', container], { maxBuffer: MAX_OUTPUT });
  return stdout + stderr;
}

/** Hands over images that Docker has built and Podman has not got yet. */
export async function loadFromDocker(images: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const image of images) {
    const isThere = await podman('image', 'exists', image).then(
      () => true,
      () => false,
    );
    if (!isThere) missing.push(image);
  }
  if (missing.length > 0) await pipe(['docker', 'save', ...missing], ['podman', 'load', '--quiet']);
}

async function pipe([from = '', ...fromArgs]: string[], [to = '', ...toArgs]: string[]): Promise<void> {
  const source = spawn(from, fromArgs, { stdio: ['ignore', 'pipe', 'inherit'] });
  const target = spawn(to, toArgs, { stdio: [source.stdout, 'ignore', 'inherit'] });
  const ended = (child: typeof source | typeof target, name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`${name} ended with ${code}.`)),
      );
    });
  await Promise.all([ended(source, from), ended(target, to)]);
}
