import { Readable } from 'node:stream';
import { run } from '../src/run';

export interface Called {
  readonly url: string;
  readonly apiKey?: string;
  readonly signal?: AbortSignal;
  readonly stdin?: string | Buffer;
  readonly interactive?: boolean;
  /** After each text that was written to standard error. */
  readonly onErr?: (err: string) => void;
}

/** Runs one command line in this process; answers with its exit code and what it wrote. */
export async function shotloom(args: readonly string[], called: Called) {
  let [out, err] = ['', ''];
  const code = await run(args, {
    env: { SHOTLOOM_URL: called.url, SHOTLOOM_API_KEY: called.apiKey ?? 'sl_test' },
    signal: called.signal ?? new AbortController().signal,
    stdin: () => Readable.from([Buffer.from(called.stdin ?? '')]),
    terminal: {
      out: (text) => (out += text),
      err: (text) => {
        err += text;
        called.onErr?.(err);
      },
      interactive: called.interactive ?? false,
    },
  });
  return { code, out, err };
}
