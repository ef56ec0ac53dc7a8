import { Catalogue, priceOf } from '../../catalogue';
import type { RequestFacts } from '../../rules';
import { sora } from '.';

const catalogue = new Catalogue(new Set(['sora']), sora.models);
const today = new Date('2026-11-27');
const facts = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  ...{ operation: 'image-to-video', size: '720P', aspectRatio: '16:9', durationSeconds: 8 },
  ...{ params: {}, inputs: [{ role: 'first_frame' }] },
  ...more,
});
const text: Partial<RequestFacts> = { operation: 'text-to-video', inputs: [] };

it.each<[string, Partial<RequestFacts>, number]>([
  ['sora-2', {}, 10],
  ['sora-2', { durationSeconds: 12 }, 10],
  ['sora-2', { ...text, durationSeconds: 4 }, 40],
  ['sora-2-pro', {}, 240],
  ['sora-2-pro', { ...text, durationSeconds: 4 }, 120],
])('sells %s: %j', (name, more, credits) => {
  expect(priceOf(catalogue.get(`sora:${name}`), facts(more)).credits).toBe(credits);
});

it.each([
  ['sora-1', 'sora:sora-2'],
  ['sora-2-2025-10-06', 'sora:sora-2'],
  ['sora-2-2025-12-08', 'sora:sora-2'],
  ['sora-2-pro-2025-10-06', 'sora:sora-2-pro'],
])('says that OpenAI ended %s, and what lives', (name, successor) => {
  const state = catalogue.state(catalogue.get(`sora:${name}`), today);
  expect(state).toEqual({
    enabled: false,
    reason: `sora:${name} was retired on 2026-09-24. Use ${successor} instead.`,
  });
  expect(catalogue.state(catalogue.get(successor), today)).toEqual({ enabled: true });
});
