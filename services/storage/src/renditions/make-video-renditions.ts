import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@shotloom/kernel';
import {
  makeRenditions,
  pictureFacts,
  probeVideo,
  shrinkAnimation,
  spriteGridOf,
  tempDir,
} from '@shotloom/media-tools';
import type { Storage } from '../app.tokens';
import type { AssetRow } from '../assets/asset-rows';
import { objectKeys } from '../object-store/object-keys';
import type { RenditionResult } from './rendition-rows';

/** The kinds that are made by decoding the whole video, once for all of them. */
export type DecodedKind = 'preview' | 'spritesheet' | 'compressed';

export interface RenditionLimits {
  /** A longer video has its poster only. */
  readonly maxSeconds: number;
  /** Of one run of ffmpeg. */
  readonly timeoutMs: number;
}

interface Work {
  readonly store: Storage['store'];
  readonly asset: AssetRow;
  readonly kinds: readonly DecodedKind[];
  readonly limits: RenditionLimits;
  readonly signal: AbortSignal;
}

const MAX_PREVIEW_BYTES = 400 * 1024;
/** A copy that saves less is not worth its place. Of the original's bytes. */
const WORTH_KEEPING = 0.8;
/** Whatever else the machine has to do comes first. */
const NICENESS = 19;
const TYPES = { preview: 'image/webp', spritesheet: 'image/jpeg', compressed: 'video/mp4' } as const;
const FILES = { preview: 'preview.webp', spritesheet: 'sheet.jpg', compressed: 'small.mp4' } as const;

/**
 * Makes these kinds by one run of ffmpeg and puts them into the object store. What is the video's own fault is a result too, so that it
 * is not tried for ever; throws only what another try may mend.
 */
export async function makeVideoRenditions(work: Work): Promise<readonly RenditionResult[]> {
  const { asset, kinds, limits, signal } = work;
  const durationSeconds = asset.duration_seconds ?? 0;
  if (durationSeconds > limits.maxSeconds) {
    return kinds.map((kind) => ({ kind, problem: `The video is longer than ${limits.maxSeconds} seconds.` }));
  }
  await using folder = await tempDir('shotloom-renditions');
  const pathOf = (kind: DecodedKind): string => join(folder.path, FILES[kind]);
  const input = join(folder.path, 'video');
  const { body } = await work.store.get(asset.object_key, { signal });
  await pipeline(body, createWriteStream(input));
  const { width, height, size_bytes: sizeBytes } = asset;
  try {
    await makeRenditions(
      { input, durationSeconds, width, height, sizeBytes },
      Object.fromEntries(kinds.map((kind) => [kind, pathOf(kind)])),
      { signal, niceness: NICENESS, timeoutMs: limits.timeoutMs },
    );
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'media_invalid') throw error;
    return kinds.map((kind) => ({ kind, problem: 'The video cannot be decoded.' }));
  }
  const results: RenditionResult[] = [];
  for (const kind of kinds) results.push(await keepFile(work, kind, pathOf(kind)));
  return results;
}

/** What is too large, or not there, or nothing that could be shown, is said and not kept. */
async function keepFile(work: Work, kind: DecodedKind, path: string): Promise<RenditionResult> {
  try {
    const file = kind === 'preview' ? await smallEnough(path) : path;
    const { size } = await stat(file);
    const facts = await factsOf(work.asset, kind, file);
    if (kind === 'compressed' && size > work.asset.size_bytes * WORTH_KEEPING) {
      return { kind, problem: 'A smaller copy would hardly be smaller.' };
    }
    const objectKey = objectKeys.rendition(work.asset.asset_id, kind);
    const { signal } = work;
    const contentType = TYPES[kind];
    await work.store.put(objectKey, createReadStream(file), { contentType, size, signal });
    return { kind, made: { kind, objectKey, contentType, sizeBytes: size, ...facts } };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'media_invalid')
      return { kind, problem: 'The video has nothing that could be shown.' };
    if (error.code === 'payload_too_large') return { kind, problem: error.message };
    throw error;
  }
}

async function smallEnough(path: string): Promise<string> {
  if ((await sizeOf(path)) <= MAX_PREVIEW_BYTES) return path;
  const smaller = `${path}.smaller`;
  await shrinkAnimation(path, smaller, MAX_PREVIEW_BYTES);
  return smaller;
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}

async function factsOf(asset: AssetRow, kind: DecodedKind, path: string) {
  if (kind === 'compressed') {
    const { width, height } = await probeVideo({ path });
    return { width, height, grid: null };
  }
  const { width, height } = await pictureFacts(path);
  const durationSeconds = asset.duration_seconds ?? 0;
  const grid =
    kind === 'spritesheet'
      ? spriteGridOf({ durationSeconds, width: asset.width, height: asset.height })
      : null;
  return { width, height, grid };
}
