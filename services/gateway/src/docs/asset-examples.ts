import type { OperationExample } from './operation-example';

const ID = '019aa000-0000-7000-8000-000000000021';
const ASSET = {
  asset_id: ID,
  file_url: `http://127.0.0.1:3000/api/v1/assets/${ID}/file`,
  kind: 'video',
  content_type: 'video/mp4',
  size_bytes: 48_211_300,
  sha256: '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
  width: 1920,
  height: 1080,
  duration_seconds: 12.5,
  file_name: 'take-3.mp4',
  created_at: '2026-11-27T05:00:00.000Z',
  origin: 'upload',
  job_id: null,
  fps: 24,
  has_audio: true,
  expires_at: null,
};

/** Of a user's stored files. */
export const ASSET_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  listAssets: { response: { data: [ASSET], next_cursor: null } },
  getAsset: { response: ASSET },
};
