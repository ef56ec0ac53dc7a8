import { readTask } from './outcome-mapping';

const legacy = (more: object) =>
  readTask({ task_id: '1', task_status: 'processing', task_info: { external_task_id: 'e' }, ...more });
const standard = (more: object) => readTask({ id: '1', status: 'processing', external_id: 'e', ...more });
const url = 'https://x.example/a.mp4';

it.each([
  ['submitted', 'queued'],
  ['processing', 'running'],
])('reads %s as %s, without a progress that nobody gave', (word, phase) => {
  const running = { kind: 'running', phase, progress: null };
  expect(legacy({ task_status: word })?.outcome).toEqual(running);
  expect(standard({ status: word })?.outcome).toEqual(running);
});

it('reads a success of the old generation', () => {
  const read = legacy({
    task_status: 'succeed',
    task_result: { videos: [{ id: 'v', url, duration: '5.041' }] },
    final_unit_deduction: '2.5',
    updated_at: 1_780_000_090_000,
  });
  expect(read).toEqual({
    vendorTaskId: '1',
    externalTaskId: 'e',
    outcome: {
      kind: 'succeeded',
      videos: [{ url, durationSeconds: 5.041, expiresAt: new Date(1_780_000_090_000 + 30 * 86_400_000) }],
      cost: { amount: '2.5', unit: 'kling_unit' },
    },
  });
});

it('reads a success of the new generation, its bills in units added up', () => {
  const bill = (charge_type: string, amount: string) => ({ charge_type, amount });
  const read = standard({
    status: 'succeeded',
    outputs: [{ type: 'audio' }, { type: 'video', url, duration: '5' }],
    billing: [bill('unit', '0.1'), bill('unit', '0.2'), bill('balance', '9')],
  });
  expect(read?.outcome).toMatchObject({ kind: 'succeeded', cost: { amount: '0.3' } });
});

it.each(['Succeeded', 'success', 'cancelled', ''])('does not guess at %p', (word) => {
  expect(standard({ status: word })?.outcome).toEqual({ kind: 'unknownStatus', word });
  expect(legacy({ task_status: word })?.outcome).toEqual({ kind: 'unknownStatus', word });
});

it('tells a rejected content from another failure, and whether it was paid for', () => {
  expect(
    legacy({ task_status: 'failed', task_status_msg: 'Failure to pass the risk control system' }),
  ).toMatchObject({
    outcome: { kind: 'failed', error: { code: 'content_rejected', retryable: false, chargeable: false } },
  });
  expect(
    legacy({ task_status: 'failed', task_status_msg: 'GPU fault', final_unit_deduction: '3' }),
  ).toMatchObject({ outcome: { error: { code: 'provider_failed', retryable: true, chargeable: true } } });
});

it.each([
  { task_status: 'succeed', task_result: { videos: [] } },
  { task_status: 'succeed', task_result: { videos: [{ url: 'javascript:alert(1)' }] } },
  { task_status: 5 },
])('keeps asking after what it cannot read: %j', (more) => {
  expect(legacy(more)).toMatchObject({ vendorTaskId: '1', outcome: { kind: 'unreadable' } });
});

it('takes no id that is a number, since it may have lost digits', () => {
  expect(readTask({ task_id: 8_672_837_417, task_status: 'succeed' })).toBeNull();
});
