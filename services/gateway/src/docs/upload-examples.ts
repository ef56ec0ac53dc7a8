import type { OperationExample } from './operation-example';

const AT = '2026-11-27T05:00:00.000Z';
const UNTIL = '2026-11-27T06:00:00.000Z';
const ID = '019aa000-0000-7000-8000-000000000021';
const SHA256 = '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';
const UPLOAD = {
  asset_id: ID,
  file_url: `http://127.0.0.1:3000/api/v1/assets/${ID}/file`,
  kind: 'video',
  content_type: 'video/mp4',
  size_bytes: 48_211_300,
  sha256: SHA256,
  width: 1920,
  height: 1080,
  duration_seconds: 12.5,
  file_name: 'take-3.mp4',
  created_at: AT,
};
const SESSION = {
  id: ID,
  way: 'direct',
  state: 'open',
  file_name: 'take-3.mp4',
  content_type: 'video/mp4',
  size_bytes: 48_211_300,
  received_bytes: 0,
  upload: null,
  error: null,
  created_at: AT,
  expires_at: UNTIL,
};

/** Of uploads that take more than one request. */
export const UPLOAD_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  openUpload: {
    request: {
      file_name: 'take-3.mp4',
      content_type: 'video/mp4',
      size_bytes: 48_211_300,
      sha256: SHA256,
    },
    response: {
      ...SESSION,
      put: {
        method: 'PUT',
        url: `http://127.0.0.1:3000/media/shotloom/incoming/${ID}/whole?expires=1795759200&signature=x`,
        headers: { 'content-type': 'video/mp4' },
        expires_at: UNTIL,
      },
    },
  },
  importUpload: {
    request: { url: 'https://files.example.com/take-3.mp4' },
    response: { ...SESSION, way: 'import', content_type: null, size_bytes: null },
  },
  getUpload: { response: { ...SESSION, state: 'completed', upload: UPLOAD } },
  completeUpload: { response: UPLOAD },
  getStorage: {
    response: {
      used_bytes: 48_211_300,
      files: 1,
      reserved_bytes: 0,
      open_uploads: 0,
      quota_bytes: 21_474_836_480,
      image_max_bytes: 10_485_760,
      video_max_bytes: 209_715_200,
      video_max_seconds: 60,
    },
  },
};
