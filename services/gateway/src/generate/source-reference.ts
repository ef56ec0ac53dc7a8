import { AppError, isId } from '@shotloom/kernel';
import type { GenerateBody } from './video-request';

export interface SourceReference {
  /** The field that named it; where errors about it belong. */
  readonly field: string;
  readonly assetId: string;
}

const FILE_PATH = /^\/api\/v1\/assets\/([^/]+)\/file$/;

/**
 * The stored asset that a body names, in exactly one of two ways. `origins` are ours: a URL there is read and never fetched,
 * and any other is refused: an order imports it before it asks here.
 */
export function readSource(body: GenerateBody, origins: readonly string[]): SourceReference {
  const { file_url: url, asset_id: assetId } = body;
  if (url !== undefined && assetId !== undefined) {
    const reason = 'Give either file_url or asset_id, not both.';
    throw refuse(['file_url', 'asset_id'], reason);
  }
  if (assetId !== undefined) {
    if (!isId(assetId)) throw assetNotFound('asset_id', assetId);
    return { field: 'asset_id', assetId };
  }
  if (url === undefined) {
    throw refuse(['file_url'], 'A source is needed: upload it, then give its file_url or asset_id.');
  }
  return { field: 'file_url', assetId: assetIn(url, 'file_url', origins) };
}

/** The source of a body where one field takes an asset id or a file_url. Pure. */
export function namedSource(value: string | undefined): Pick<GenerateBody, 'asset_id' | 'file_url'> {
  if (value === undefined) return {};
  return isId(value) ? { asset_id: value } : { file_url: value };
}

/** The stored asset that one value names, which may be an asset id or a file_url of ours. */
export function readReference(value: string, field: string, origins: readonly string[]): SourceReference {
  if (isId(value)) return { field, assetId: value };
  if (/^[\w-]+$/.test(value)) throw assetNotFound(field, value);
  return { field, assetId: assetIn(value, field, origins) };
}

/** The stored asset that an address of ours names; null where it is an address of another server. */
export function ownAssetId(url: string, field: string, origins: readonly string[]): string | null {
  const base = 'http://relative.invalid';
  const parsed = URL.canParse(url, base) ? new URL(url, base) : null;
  const ours = parsed !== null && (parsed.origin === base || origins.includes(parsed.origin));
  if (!ours) return null;
  const [, id] = FILE_PATH.exec(parsed.pathname) ?? [];
  if (id === undefined) {
    throw refuse([field], 'This is not the file_url of an upload: /api/v1/assets/{id}/file.');
  }
  if (!isId(id)) throw assetNotFound(field, id);
  return id;
}

function assetIn(url: string, field: string, origins: readonly string[]): string {
  const assetId = ownAssetId(url, field, origins);
  if (assetId !== null) return assetId;
  throw refuse(
    [field],
    'A file of another server is not fetched here: import it by POST /api/v1/uploads/import, and give its file_url or asset_id.',
  );
}

/** Also for an asset of somebody else: the two look the same from outside. */
export function assetNotFound(field: string, id: string): AppError {
  const reason = `There is no asset ${id.slice(0, 64)}.`;
  return new AppError('not_found', reason, { fields: [{ field, reason }] });
}

function refuse(fields: readonly string[], reason: string): AppError {
  return new AppError('invalid_input', reason, { fields: fields.map((field) => ({ field, reason })) });
}
