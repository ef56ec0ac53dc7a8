import { EXIT } from './cli/command';
import { runCli } from './cli/run-cli';

/** `npm run ops -- <command>`: what an operator may look at and do, without a service of its own. */
void runCli(process.argv.slice(2), process.env, process.cwd(), {
  out: (text) => process.stdout.write(`${text}\n`),
  error: (text) => process.stderr.write(`${text}\n`),
}).then((exitCode) => {
  // A bus that found no server goes on looking for it, and would keep the process.
  if (exitCode === EXIT.unavailable) process.exit(exitCode);
  process.exitCode = exitCode;
});
