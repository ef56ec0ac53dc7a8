import { useCallback, useEffect, useState } from 'react';
import type { JobResource, Operation } from '@shotloom/sdk';
import { readJson, writeJson } from '../storage';

/** A stored picture or clip that goes into a job, with a small picture of it for the page. */
export interface Source {
  readonly assetId: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly width: number;
  readonly height: number;
  /** A small JPEG as a data URL; null where none could be drawn. */
  readonly thumb: string | null;
}

export type SourceKind = 'image' | 'video';

/** What the Create room's form holds. It survives a reload of the tab, and Library fills it to reuse a job. */
export interface Draft {
  readonly operation: Operation;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly style: string | null;
  /** Null: the first model that can do it. */
  readonly model: string | null;
  readonly duration: number;
  readonly aspectRatio: string;
  /** Null: the model's own default. */
  readonly size: string | null;
  /** Null: a new random one each time. */
  readonly seed: number | null;
  /** Per cent. */
  readonly strength: number;
  /** The models' own parameters as they were chosen, whichever model that was for. */
  readonly params: Readonly<Record<string, boolean | number | string>>;
  readonly image: Source | null;
  readonly video: Source | null;
  /** The picture that a video ends with, for models that take one. */
  readonly lastFrame: Source | null;
  /** Pictures of what is to be seen, for models that take some. */
  readonly references: readonly Source[];
}

const KEY = 'shotloom.create.1';

const BLANK: Draft = {
  operation: 'image-to-video',
  prompt: '',
  negativePrompt: '',
  style: null,
  model: null,
  duration: 5,
  aspectRatio: '16:9',
  size: null,
  seed: null,
  strength: 60,
  params: {},
  image: null,
  video: null,
  lastFrame: null,
  references: [],
};

const isPartialDraft = (value: unknown): value is Partial<Draft> =>
  typeof value === 'object' && value !== null;

function readDraft(): Draft {
  return { ...BLANK, ...readJson(sessionStorage, KEY, isPartialDraft, {}) };
}

/** Which input an operation takes. */
export function sourceKindOf(operation: Operation): SourceKind | null {
  if (operation === 'image-to-video') return 'image';
  return operation === 'video-to-anime' ? 'video' : null;
}

/** Fills the form with what made a job: the next visit of Create finds it. */
export function reuseJob(job: JobResource): void {
  const draft = readDraft();
  const kind = sourceKindOf(job.operation);
  const assetId = job.inputs.find(({ role }) => role === 'first_frame' || role === 'video')?.asset_id;
  const known = [draft.lastFrame, ...draft.references].filter((one) => one !== null);
  // A picture that is in the form already has a preview.
  const sourceOf = (id: string): Source =>
    known.find((one) => one.assetId === id) ?? {
      ...{ assetId: id, fileName: '', sizeBytes: 0, width: job.width, height: job.height, thumb: null },
    };
  const withRole = (wanted: string): Source[] =>
    job.inputs.filter(({ role }) => role === wanted).map((input) => sourceOf(input.asset_id));
  const source = assetId ? sourceOf(assetId) : null;
  writeJson(sessionStorage, KEY, {
    ...draft,
    operation: job.operation,
    prompt: job.prompt,
    negativePrompt: job.negative_prompt ?? '',
    style: job.style_preset,
    model: job.model,
    duration: job.duration,
    aspectRatio: job.aspect_ratio,
    size: job.size,
    seed: job.seed,
    params: job.params,
    lastFrame: withRole('last_frame')[0] ?? null,
    references: withRole('reference'),
    strength: job.strength === null ? draft.strength : Math.round(job.strength * 100),
    // The picture in the form is kept where it is the very same one: it has a preview.
    ...(kind && draft[kind]?.assetId !== assetId ? { [kind]: source } : {}),
  });
}

/** The form, and how to change a part of it. */
export function useDraft(): readonly [Draft, (change: Partial<Draft>) => void] {
  const [draft, setDraft] = useState(readDraft);
  useEffect(() => writeJson(sessionStorage, KEY, draft), [draft]);
  const update = useCallback((change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change })), []);
  return [draft, update];
}
