export type YunwuStage = 'queued' | 'running' | 'done' | 'failed';

const words = (stage: YunwuStage, ...all: readonly string[]): Record<string, YunwuStage> =>
  Object.fromEntries(all.map((word) => [word, stage]));

/** Each model behind the vendor has words of its own. */
const STAGES: Readonly<Record<string, YunwuStage>> = {
  ...words('queued', 'pending', 'queued', 'created', 'submitted', 'not_start'),
  ...words('running', 'processing', 'in_progress', 'generating', 'image_downloading', 'video_generating'),
  // What is generated is made larger after that: it is not done.
  ...words('running', 'video_upsampling', 'video_generation_completed'),
  ...words('done', 'completed', 'success', 'succeeded', 'done', 'video_upsampling_completed'),
  ...words('failed', 'failed', 'failure', 'error', 'expired', 'cancelled'),
};

/** What a status word means; undefined for one that we do not know. */
export function stageOf(word: string): YunwuStage | undefined {
  const small = word.toLowerCase();
  if (Object.hasOwn(STAGES, small)) return STAGES[small];
  return small.endsWith('_failed') ? 'failed' : undefined;
}
