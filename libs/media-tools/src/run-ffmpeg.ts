import { spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Readable } from 'node:stream';
import { AppError } from '@shotloom/kernel';
import { dyingWithUs } from './dying-with-us';
import { FfmpegProgress } from './ffmpeg-progress';
import { findFfmpeg } from './find-ffmpeg';

export interface RunFfmpegOptions {
  readonly signal?: AbortSignal;
  /** Seconds that the output will have; without it `onProgress` only tells the end. */
  readonly durationSeconds?: number;
  /** Told a fraction of 0 to 1 that never goes back. */
  readonly onProgress?: (fraction: number) => void;
  readonly timeoutMs: number;
  /** Bytes that the output may have; at more it fails with `payload_too_large`. */
  readonly maxOutputBytes?: number;
  readonly cwd?: string;
  /** 0 to 19; the larger, the more it gives way to others. */
  readonly niceness?: number;
  readonly threads?: number;
  /** Fed to `pipe:0`. */
  readonly stdin?: Readable;
}

/** Milliseconds between asking and forcing. */
const KILL_GRACE_MS = 2_000;
const KEPT_STDERR = 8_192;
const TOLD_LINES = 5;

/**
 * Runs ffmpeg with these arguments, the last of which is the output; no shell is involved. Settles only when the process is
 * gone, and where `setpriv` is there it goes when we are killed. Throws `media_invalid` where the input is to blame, `cancelled` after an abort, `provider_timeout`, `payload_too_large`,
 * `unavailable` without ffmpeg, and `provider_failed` with ffmpeg's last words for all else. What it wrote before it failed is
 * the caller's to remove. Open files that others made through `safeInputArgs`.
 */
export async function runFfmpeg(args: readonly string[], options: RunFfmpegOptions): Promise<void> {
  if (options.signal?.aborted === true) throw cancelled();
  const progress = new FfmpegProgress(options.durationSeconds, options.onProgress);
  const { command, args: childArgs } = dyingWithUs({
    command: findFfmpeg().ffmpeg,
    args: fullArgs(args, options),
  });
  const child = spawn(command, childArgs, {
    cwd: options.cwd,
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const stop = new ChildStopper(child);
  const timer = setTimeout(() => stop.because(timedOut(options.timeoutMs)), options.timeoutMs);
  const onAbort = (): void => stop.because(cancelled());
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    beNice(child, options.niceness);
    feedStdin(child, options.stdin, stop);
    const stderr = watchOutput(child, progress, options, stop);
    const code = await exitOf(child);
    if (stop.reason !== undefined) throw stop.reason;
    if (code !== 0) throw failure(code, stderr());
    if (options.maxOutputBytes !== undefined && progress.outputBytes >= options.maxOutputBytes) {
      throw tooLarge(options.maxOutputBytes);
    }
  } finally {
    clearTimeout(timer);
    stop.done();
    options.signal?.removeEventListener('abort', onAbort);
    options.stdin?.destroy();
  }
}

function fullArgs(args: readonly string[], { threads, maxOutputBytes, stdin }: RunFfmpegOptions): string[] {
  const global = ['-hide_banner', '-loglevel', 'error', '-nostats', '-progress', 'pipe:1', '-y'];
  if (stdin === undefined) global.push('-nostdin');
  if (threads !== undefined)
    global.push('-filter_threads', `${threads}`, '-filter_complex_threads', `${threads}`);
  const forOutput: string[] = [];
  if (threads !== undefined) forOutput.push('-threads', `${threads}`);
  // Alone this would cut the output in silence; it bounds what is written between two progress reports.
  if (maxOutputBytes !== undefined) forOutput.push('-fs', `${maxOutputBytes}`);
  return [...global, ...args.slice(0, -1), ...forOutput, ...args.slice(-1)];
}

/** Stops a child, first politely, and remembers the first reason for it. */
class ChildStopper {
  reason: AppError | undefined;
  private killTimer: NodeJS.Timeout | undefined;

  constructor(private readonly child: ChildProcess) {}

  because(reason: AppError): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.child.kill('SIGTERM');
    this.killTimer = setTimeout(() => this.child.kill('SIGKILL'), KILL_GRACE_MS);
  }

  done(): void {
    clearTimeout(this.killTimer);
  }
}

function beNice({ pid }: ChildProcess, niceness: number | undefined): void {
  if (pid === undefined || niceness === undefined) return;
  try {
    setPriority(pid, niceness);
  } catch {
    // It has ended already, or the system does not let us: neither keeps the work from being done.
  }
}

function feedStdin(child: ChildProcess, source: Readable | undefined, stop: ChildStopper): void {
  if (source === undefined || child.stdin === null) return;
  // ffmpeg closes its input as soon as it has enough, which is no error of ours.
  child.stdin.on('error', () => source.destroy());
  source.on('error', (error) => stop.because(AppError.from(error)));
  source.pipe(child.stdin);
}

/** Reads both outputs; returns what gives the last of stderr. */
function watchOutput(
  child: ChildProcess,
  progress: FfmpegProgress,
  { maxOutputBytes = Infinity }: RunFfmpegOptions,
  stop: ChildStopper,
): () => string {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR);
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    progress.feed(text);
    if (progress.outputBytes > maxOutputBytes) stop.because(tooLarge(maxOutputBytes));
  });
  return () => stderr;
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', (error) => {
      // After a start that failed there is no process, and `close` may never come.
      if (child.pid === undefined)
        reject(new AppError('unavailable', 'ffmpeg could not be started.', { cause: error }));
    });
    child.once('close', resolve);
  });

const BAD_INPUT =
  /Invalid data found|moov atom not found|does not contain any stream|matches no streams|Error while decoding|Could not find codec parameters|Invalid NAL|Truncat|not on whitelist|partial file|End of file|exceeds specified max pixel count|Error while opening decoder/i;

function failure(code: number | null, stderr: string): AppError {
  const lines = stderr.trim().split('\n').slice(-TOLD_LINES).join('\n');
  if (BAD_INPUT.test(stderr)) return new AppError('media_invalid', `The media file cannot be read: ${lines}`);
  return new AppError('provider_failed', `ffmpeg failed with exit code ${code ?? 'none'}: ${lines}`, {
    retryable: true,
    details: { exitCode: code },
  });
}

const cancelled = (): AppError => new AppError('cancelled', 'The media work was aborted.');
const timedOut = (ms: number): AppError =>
  new AppError('provider_timeout', `ffmpeg was not done after ${Math.round(ms / 1000)} s and was stopped.`);
const tooLarge = (bytes: number): AppError =>
  new AppError('payload_too_large', `The output would be larger than the ${bytes} bytes that are allowed.`);
