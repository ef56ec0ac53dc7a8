import { loggedPath } from './observe-requests';

const KEY = `sl_0123456789abcdef_${'A'.repeat(43)}`;

it.each([
  [
    '/api/v1/jobs/019aa000-0000-7000-8000-000000000001/video?sig=x',
    '/api/v1/jobs/019aa000-0000-7000-8000-000000000001/video',
  ],
  ['/api/v1/models/animatic:animatic-1', '/api/v1/models/animatic:animatic-1'],
  [`/api/v1/jobs/${KEY}`, '/api/v1/jobs/[long]'],
  [`/${'A'.repeat(43)}/x?y`, '/[long]/x'],
  [`/media/${encodeURIComponent(KEY)}`, '/media/[long]'],
])('of %s logs %s', (url, logged) => expect(loggedPath(url)).toBe(logged));
