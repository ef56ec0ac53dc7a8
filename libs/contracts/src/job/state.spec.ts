import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JOB_STATUSES, jobStateMachine } from './state';

it('ends in completed, failed or cancelled, and nowhere else', () => {
  const ends = JOB_STATUSES.filter((status) => jobStateMachine.isTerminal(status));
  expect(ends).toEqual(['completed', 'failed', 'cancelled']);
});

it('can fail or be cancelled from any state before the end', () => {
  const open = JOB_STATUSES.filter((status) => !jobStateMachine.isTerminal(status));
  for (const status of open) {
    expect(jobStateMachine.can(status, 'failed')).toBe(true);
    expect(jobStateMachine.can(status, 'cancelled')).toBe(true);
  }
});

it('never goes back', () => {
  for (const [index, from] of JOB_STATUSES.entries()) {
    for (const to of JOB_STATUSES.slice(0, index)) expect(jobStateMachine.can(from, to)).toBe(false);
  }
});

it('is drawn in the docs as it is in the code', () => {
  const docs = readFileSync(join(__dirname, '../../../../docs/architecture.md'), 'utf8');
  expect(docs).toContain(jobStateMachine.toMermaid());
});
