export type HailuoStage = 'queued' | 'running' | 'done' | 'failed';

/** In small letters: queries of v1 write `Success`, its callbacks `success`, and `failed` where the query says `Fail`. */
const V1: Readonly<Record<string, HailuoStage>> = {
  ...{ preparing: 'queued', queueing: 'queued', processing: 'running' },
  ...{ success: 'done', fail: 'failed', failed: 'failed' },
};
const V2: Readonly<Record<string, HailuoStage>> = {
  ...{ queued: 'queued', running: 'running', succeeded: 'done' },
  ...{ failed: 'failed', cancelled: 'failed', expired: 'failed' },
};

/** What a status word means; undefined for one that we do not know. */
export function stageOf(api: 'v1' | 'v2', word: string): HailuoStage | undefined {
  const words = api === 'v1' ? V1 : V2;
  const small = word.toLowerCase();
  return Object.hasOwn(words, small) ? words[small] : undefined;
}
