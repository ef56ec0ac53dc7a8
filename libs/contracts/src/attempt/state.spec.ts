import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptStateMachine } from './state';

it('is drawn in the docs as it is in the code', () => {
  const docs = readFileSync(join(__dirname, '../../../../docs/architecture.md'), 'utf8');
  expect(docs).toContain(attemptStateMachine.toMermaid());
});

it('never sends again what may have been bought, except from where the vendor was asked', () => {
  expect(attemptStateMachine.can('submitted', 'submitting')).toBe(false);
  expect(attemptStateMachine.can('storing', 'submitting')).toBe(false);
  expect(attemptStateMachine.can('uncertain', 'sending')).toBe(false);
});
