/** `npm run ops -- <command>`: the operator's command of job-orchestrator, once it is built. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const entry = new URL('../services/job-orchestrator/dist/ops/main.js', import.meta.url);
if (existsSync(fileURLToPath(entry))) await import(entry.href);
else {
  console.error('The operator command is not built: run `npm run build` or `npm start` first.');
  process.exitCode = 4;
}
