import { yunwuError } from './errors';
import { readUnified, readXai } from './poll';

const ID = 'grok:299604b7';
const URL = 'https://videos.example/a.mp4';
const unified = (more: object) => readUnified({ id: '299604b7', ...more }, ID);

it.each([
  ['pending', 'queued'],
  ['NOT_START', 'queued'],
  ['image_downloading', 'running'],
  ['video_upsampling', 'running'],
])('takes %s for %s', (status, phase) =>
  expect(unified({ status })).toMatchObject({ kind: 'running', phase }),
);

it('waits while a video that is generated is made larger, though it can be had', () =>
  expect(unified({ status: 'video_generation_completed', video_url: URL }).kind).toBe('running'));

it.each([
  ['its field', { status: 'completed', video_url: URL }],
  ['the details', { status: 'video_upsampling_completed', detail: { upsample_video_url: URL } }],
  ['an answer with a word that nobody knows', { status: 'polished', video_url: URL }],
])('finds the video in %s', (_where, task) =>
  expect(unified(task)).toMatchObject({ kind: 'succeeded', videos: [{ url: URL }] }),
);

it.each([
  ['text', 'no GPU', 'no GPU'],
  ['an object', { code: 'E1', message: 'no GPU' }, 'no GPU'],
  ['nothing', undefined, 'The task is video_generation_failed.'],
])('reads the reason of a failure from %s', (_what, error, vendorMessage) =>
  expect(unified({ status: 'video_generation_failed', error })).toMatchObject({
    ...{ kind: 'failed', error: { code: 'provider_failed', vendorMessage } },
  }),
);

it('does not believe an answer about another task', () => {
  expect(readUnified({ id: '04b7', status: 'failed' }, ID).kind).toBe('unreadable');
  expect(readUnified({ id: ID, status: 'completed', video_url: URL }, ID).kind).toBe('succeeded');
});

it("reads xAI's answers with and without a status, and what moderation held back", () => {
  expect(readXai({ video: { url: URL, duration: 8 } })).toMatchObject({ videos: [{ durationSeconds: 8 }] });
  expect(readXai({ status: 'done', video: { respect_moderation: false } })).toMatchObject({
    ...{ kind: 'failed', error: { code: 'content_rejected' } },
  });
  expect(readXai({}).kind).toBe('unreadable');
});

it('takes no 5xx for a refusal by its type; only words that nobody had the order', () => {
  const failure = (status: number, type: string, message: string) =>
    yunwuError({ said: { code: null, type }, status, message, requestId: null, effect: 'creates' });
  expect(failure(503, 'new_api_error', 'overloaded').outcome).toBe('unknown');
  expect(failure(500, 'insufficient_quota', 'broken').outcome).toBe('unknown');
  expect(failure(500, 'new_api_error', '无可用渠道').outcome).toBe('refused');
});
