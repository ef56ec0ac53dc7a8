import {
  inputRole,
  type DescribedAsset,
  type InputRole,
  type JobInput,
  type Operation,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { assetNotFound, readReference, readSource, type SourceReference } from './source-reference';
import type { GenerateBody } from './video-request';

/** A picture or video that a body names, and what it is for. */
export interface NamedSource extends SourceReference {
  readonly role: InputRole;
}

/** The same, found. */
export interface Source {
  readonly field: string;
  readonly role: InputRole;
  readonly asset: DescribedAsset;
}

/** Everything that the body names, the source itself first. `origins` are ours; nothing is fetched. */
export function nameSources(
  operation: Operation,
  body: GenerateBody,
  origins: readonly string[],
): NamedSource[] {
  const { last_frame: last, subject_reference_url: subject, references = [] } = body;
  const mainRole = operation === 'video-to-anime' ? 'video' : 'first_frame';
  const pictures = [
    ...(last === undefined ? [] : [['last_frame', 'last_frame', last] as const]),
    ...(subject === undefined ? [] : [['reference', 'subject_reference_url', subject] as const]),
    ...references.map((value, index) => ['reference', `references.${index}`, value] as const),
  ];
  return [
    ...(operation === 'text-to-video' ? [] : [{ ...readSource(body, origins), role: mainRole } as const]),
    ...pictures.map(([role, field, value]) => ({ ...readReference(value, field, origins), role })),
  ];
}

/** Matches what was named with what the user has. Throws for what is missing, and for a video where a picture is needed. */
export function findSources(
  operation: Operation,
  named: readonly NamedSource[],
  assets: readonly DescribedAsset[],
): Source[] {
  return named.map(({ field, role, assetId }) => {
    const asset = assets.find((candidate) => candidate.assetId === assetId);
    if (!asset) throw assetNotFound(field, assetId);
    const wanted = role === 'video' ? 'video' : 'image';
    if (asset.kind === wanted) return { field, role, asset };
    const is = asset.kind === 'image' ? 'a picture' : 'a video';
    const needs = wanted === 'image' ? 'a picture' : 'a video';
    const who = role === 'first_frame' || role === 'video' ? operation : field;
    const reason = `${who} needs ${needs}, and this is ${is}.`;
    throw new AppError('invalid_input', reason, { fields: [{ field, reason }] });
  });
}

/** The picture or video that the new one is made from; null where there is none. */
export function mainAsset(sources: readonly Source[]): DescribedAsset | null {
  return sources.find(({ role }) => role === 'first_frame' || role === 'video')?.asset ?? null;
}

/** As a job keeps it. A first frame has the name that services of an earlier release know. */
export function toInput(
  { role, asset: { assetId, objectKey, contentType } }: Source,
  fit: JobInput['fit'] = undefined,
): JobInput {
  const input = { role: role === 'first_frame' ? 'image' : role, assetId, objectKey, contentType } as const;
  return fit === undefined ? input : { ...input, fit };
}

/** What a kept job was made from, as if its body named it. */
export function namedAgain(inputs: readonly JobInput[]): NamedSource[] {
  const fields: Readonly<Record<InputRole, string>> = {
    first_frame: 'asset_id',
    video: 'asset_id',
    last_frame: 'last_frame',
    reference: 'references',
  };
  return inputs.map(({ role: written, assetId }) => {
    const role = inputRole(written);
    return { role, field: fields[role], assetId };
  });
}
