import type { OperationExample } from './operation-example';

const AT = '2026-11-27T05:00:00.000Z';
const ENTRY_ID = '019aa000-0000-7000-8000-000000000020';
const PAGE = `http://127.0.0.1:3000/s/${'x'.repeat(43)}`;
const SHARE = {
  id: ENTRY_ID,
  job_id: '019aa000-0000-7000-8000-000000000001',
  url: PAGE,
  state: 'live',
  title: 'A lighthouse at dusk',
  model: 'kling:kling-2.6',
  show_prompt: false,
  allow_download: false,
  expires_at: '2026-12-04T05:00:00.000Z',
  gallery: { entry_id: ENTRY_ID, status: 'published' },
  created_at: AT,
};
const ENTRY = {
  id: ENTRY_ID,
  title: 'A lighthouse at dusk',
  prompt: null,
  model: 'kling:kling-2.6',
  label: null,
  author: { name: 'Ann', is_me: false },
  page_url: PAGE,
  video_url: `${PAGE}/video`,
  poster_url: `${PAGE}/poster`,
  width: 1280,
  height: 720,
  duration: 5.04,
  likes: 3,
  comments: 1,
  liked_by_me: true,
  published_at: AT,
};
const COMMENT = {
  id: '019aa000-0000-7000-8000-000000000021',
  entry_id: ENTRY_ID,
  text: 'How calm.',
  author: { name: 'Ben', is_me: true },
  status: 'published',
  can_delete: true,
  created_at: AT,
};
const ITEM = {
  kind: 'comment',
  id: COMMENT.id,
  entry_id: ENTRY_ID,
  status: 'published',
  author_user_id: '019aa000-0000-7000-8000-000000000003',
  text: 'Buy my watches.',
  prompt: null,
  model: 'kling:kling-2.6',
  page_url: PAGE,
  open_reports: 2,
  reasons: ['Spam'],
  created_at: AT,
};
const LIKES = { likes: 3, liked_by_me: true };
const DECISION = { request: { decision: 'take_down', reason: 'Spam' }, response: { status: 'removed' } };
const REPORT = { request: { reason: 'Spam' } };

/** Of sharing, the gallery, and what operators decide about it. */
export const GALLERY_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  shareJob: {
    request: { title: 'A lighthouse at dusk', expires_in: 604_800, in_gallery: true },
    response: SHARE,
  },
  getShare: { response: SHARE },
  listShares: { response: { data: [SHARE], next_cursor: null } },
  listGallery: {
    response: { data: [ENTRY], next_cursor: null, features: { likes: true, comments: true } },
  },
  likeGalleryEntry: { response: LIKES },
  unlikeGalleryEntry: { response: { likes: 2, liked_by_me: false } },
  listComments: { response: { data: [COMMENT], next_cursor: null } },
  addComment: { request: { text: COMMENT.text }, response: COMMENT },
  reportGalleryEntry: REPORT,
  reportComment: REPORT,
  listModeration: { response: { data: [ITEM], next_cursor: null } },
  decideGalleryEntry: DECISION,
  decideComment: DECISION,
};
