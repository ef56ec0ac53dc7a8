import { isId } from '@shotloom/kernel';
import type { ForeignSource, ImportedSource } from '../uploads/source-imports';
import { ownAssetId } from './source-reference';
import type { GenerateBody } from './video-request';

/** The files of other servers that a body names, each once. `origins` are ours. Throws for an address of ours that is no file. */
export function foreignSources(body: GenerateBody, origins: readonly string[]): readonly ForeignSource[] {
  const { file_url: file, last_frame: last, subject_reference_url: subject, references = [] } = body;
  const named = [
    ['file_url', file] as const,
    ['last_frame', last] as const,
    ['subject_reference_url', subject] as const,
    ...references.map((value, index) => [`references.${index}`, value] as const),
  ];
  const foreign = named.flatMap(([field, url]) =>
    url !== undefined && isForeign(url, field, origins) ? [{ field, url }] : [],
  );
  return foreign.filter(({ url }, index) => foreign.findIndex((other) => other.url === url) === index);
}

/** What is no address at all is told of where ids are read. */
const isForeign = (url: string, field: string, origins: readonly string[]): boolean =>
  !isId(url) && /^https?:/i.test(url) && ownAssetId(url, field, origins) === null;

/** The body as if its user had uploaded them. */
export function withImported(body: GenerateBody, imported: readonly ImportedSource[]): GenerateBody {
  const idOf = (url: string): string => imported.find((one) => one.url === url)?.assetId ?? url;
  const isFile = imported.some(({ url }) => url === body.file_url);
  const { file_url: file, ...rest } = body;
  return {
    ...rest,
    ...(isFile ? { asset_id: idOf(file ?? '') } : { file_url: file }),
    last_frame: body.last_frame && idOf(body.last_frame),
    subject_reference_url: body.subject_reference_url && idOf(body.subject_reference_url),
    references: body.references?.map(idOf),
  };
}
