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

/** Hands over images that Docker has built and Podman has not got, or not as they are now. What Docker has not got either is Podman's to have. */
export async function loadFromDocker(images: readonly string[]): Promise<void> {
  const wanted: string[] = [];
  for (const image of images) {
    const [built, known] = [await imageId('docker', image), await imageId('podman', image)];
    if (built !== undefined && built !== known) wanted.push(image);
    else if (known === undefined) throw new Error(`Neither Docker nor Podman has the image ${image}.`);
  }
  if (wanted.length > 0) await pipe(['docker', 'save', ...wanted], ['podman', 'load', '--quiet']);
}

async function imageId(program: 'docker' | 'podman', image: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, ['image', 'inspect', '--format', '{{.Id}}', image]);
    return stdout.trim().replace(/^sha256:/, '');
  } catch {
    return undefined;
  }
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
