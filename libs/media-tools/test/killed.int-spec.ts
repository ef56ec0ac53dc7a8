import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@shotloom/testing';

jest.setTimeout(60_000);

const HERE = join(__dirname, 'support');

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

const childOf = (parent: number): number | undefined =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => living(pid)?.parent === parent)
    .find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('ffmpeg\0-hide_banner'));

it('leaves no ffmpeg behind when its process is killed', async () => {
  const hook = ['--conditions=@shotloom/source', '--require', join(HERE, 'run-typescript.cjs')];
  const worker = spawn(process.execPath, [...hook, join(HERE, 'endless-ffmpeg.ts')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const ffmpeg = await waitFor(() => childOf(worker.pid ?? 0), { what: 'ffmpeg', timeoutMs: 30_000 });
  try {
    // Past the moment in which the command in front of ffmpeg is still that command.
    await waitFor(() => readFileSync(`/proc/${ffmpeg}/comm`, 'utf8').trim() === 'ffmpeg', { what: 'ffmpeg' });
    worker.kill('SIGKILL');
    await waitFor(() => living(ffmpeg) === undefined, { what: 'the end of ffmpeg', timeoutMs: 5_000 });
  } finally {
    if (living(ffmpeg)) process.kill(ffmpeg, 'SIGKILL');
  }
});
