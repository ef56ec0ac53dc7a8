import { run } from './run';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));

void run(process.argv.slice(2), {
  env: process.env,
  signal: interrupted.signal,
  stdin: () => process.stdin,
  terminal: {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY,
  },
}).then((code) => {
  process.exitCode = code;
});
