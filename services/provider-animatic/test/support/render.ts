import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VideoRequest } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import type { RenderInput } from '@shotloom/provider-kit';
import { AnimaticEngine } from '../../src/engine';

/** A request as job-orchestrator would give it. */
export function requestOf(change: Partial<VideoRequest>): VideoRequest {
  return {
    operation: 'image-to-video',
    provider: 'animatic',
    model: 'animatic:animatic-1',
    prompt: 'camera slowly zooms in',
    negativePrompt: null,
    stylePreset: null,
    durationSeconds: 2,
    aspectRatio: '16:9',
    size: '720P',
    width: 1280,
    height: 720,
    seed: 7,
    strength: null,
    inputs: [],
    params: {},
    adjustments: [],
    ...change,
  };
}

export interface Rendered {
  readonly path: string;
  readonly label: string | null;
  readonly reports: readonly { readonly progress: number; readonly step: string }[];
}

const dirs: string[] = [];

export async function workDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'animatic-test-'));
  dirs.push(dir);
  return dir;
}

export async function removeWorkDirs(): Promise<void> {
  await Promise.all(dirs.splice(0).map((dir) => rm(dir, { recursive: true, force: true })));
}

/** Renders with the real engine and the real ffmpeg. */
export async function render(
  change: Partial<VideoRequest>,
  input?: RenderInput,
  signal: AbortSignal = new AbortController().signal,
): Promise<Rendered> {
  const reports: { progress: number; step: string }[] = [];
  const result = await new AnimaticEngine().render({
    attemptId: newId(),
    jobId: newId(),
    request: requestOf(change),
    inputs: input ? [input] : [],
    workDir: await workDir(),
    signal,
    deadlineAt: new Date(Date.now() + 120_000),
    report: (progress, step) => reports.push({ progress, step }),
  });
  return { path: result.path, label: result.label, reports };
}

export const image = (path: string): RenderInput => ({ role: 'first_frame', path, contentType: 'image/png' });
export const video = (path: string): RenderInput => ({ role: 'video', path, contentType: 'video/mp4' });
