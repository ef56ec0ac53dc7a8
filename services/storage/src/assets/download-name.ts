import type { AssetRow } from './asset-rows';

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
};

/** Under which name a browser saves it: the one it was uploaded with, else one that sorts by time. */
export function downloadNameOf(row: Pick<AssetRow, 'asset_id' | 'content_type' | 'file_name'>): string {
  return row.file_name ?? `shotloom-${row.asset_id}.${EXTENSIONS[row.content_type] ?? 'bin'}`;
}
