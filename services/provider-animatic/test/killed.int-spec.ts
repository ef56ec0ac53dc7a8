import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { samplePath, waitFor } from '@shotloom/testing';
import { makeClip } from './support/clips';
import { removeWorkDirs, workDir } from './support/render';

jest.setTimeout(120_000);
afterAll(removeWorkDirs);

const HERE = join(__dirname, 'support');

function renderElsewhere(operation: string, input: string, temp: string): ChildProcess {
  return spawn(
    process.execPath,
    [
      ...['--conditions=@shotloom/source', '--disable-warning=ExperimentalWarning'],
      ...['--require', join(HERE, 'run-typescript.cjs'), join(HERE, 'endless-render.ts'), operation, input],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NODE_OPTIONS: '', TMPDIR: temp } },
  );
}

/** State and parent of a living process; one that has ended and waits for init to take note of it is none. */
function living(pid: number): { readonly parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? undefined : { parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** The encoder that this process started: of its children the one that writes the film. */
function encoderOf(parent: number): number | undefined {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => living(pid)?.parent === parent)
    .find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('film.mp4'));
}

it.each(['image-to-video', 'video-to-anime'])(
  'leaves no ffmpeg when it is killed in the middle of %s',
  async (operation) => {
    const temp = await workDir();
    const input =
      operation === 'image-to-video'
        ? samplePath('coffee.png')
        : await makeClip(temp, 'in.mp4', { seconds: 20 });
    const worker = renderElsewhere(operation, input, temp);
    const encoder = await waitFor(() => encoderOf(worker.pid ?? 0), {
      what: 'an encoder at work',
      timeoutMs: 60_000,
    });
    expect(living(encoder)).toBeDefined();
    worker.kill('SIGKILL');
    await waitFor(() => living(encoder) === undefined, {
      what: 'the end of its encoder',
      timeoutMs: 10_000,
    });
  },
);
