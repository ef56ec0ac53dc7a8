/** `npm run ops -- <command>`: the operator's commands, once they are built. What is about people is the gateway's, all else job-orchestrator's. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const isAboutPeople = process.argv[2] === 'user';
if (isAboutPeople) process.argv.splice(2, 1);
const place = isAboutPeople ? 'gateway/dist/user-ops.js' : 'job-orchestrator/dist/ops/main.js';
const entry = new URL(`../services/${place}`, import.meta.url);
if (existsSync(fileURLToPath(entry))) await import(entry.href);
else {
  console.error('The operator command is not built: run `npm run build` or `npm start` first.');
  process.exitCode = 4;
}
