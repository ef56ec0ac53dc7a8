import { wordsFor } from './page-words';
import { gonePage, pagePolicy, sharePage, type ShownVideo } from './share-page';

const VIDEO: ShownVideo = {
  ...{ title: 'Dusk', prompt: null, model: 'animatic:animatic-1', label: 'Animatic' },
  ...{ width: 1280, height: 720, durationSeconds: 5.04, contentType: 'video/mp4' },
  ...{
    origin: 'https://video.example',
    path: '/s/abc',
    hasPoster: true,
    allowDownload: false,
    indexed: false,
  },
};
const ENGLISH = wordsFor('en');
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title><svg onload=alert(1)>',
  '<!-- --><iframe src=javascript:alert(1)>',
  '${7*7}`',
  '&lt;script&gt;',
];

/** The names of all tags that are opened, in their order. */
const tagsOf = (page: string): string[] => [...page.matchAll(/<([a-z]\w*)/gi)].map(([, name]) => name ?? '');

it.each(HOSTILE)('shows %j as text wherever it stands', (text) => {
  const page = sharePage({ ...VIDEO, title: text, prompt: text, model: text, label: text }, ENGLISH);
  const harmless = sharePage({ ...VIDEO, title: 'a', prompt: 'a', model: 'a', label: 'a' }, ENGLISH);
  expect(tagsOf(page)).toEqual(tagsOf(harmless));
  expect(page).not.toContain(`"${text}"`);
  expect(page.split('"').length).toBe(harmless.split('"').length);
  expect(page.replaceAll('&lt;', '<').replaceAll('&amp;', '&')).toContain(text.replace(/["'`>].*/s, ''));
});

it('says what it is to search engines and other sites', () => {
  const page = sharePage(VIDEO, ENGLISH);
  for (const part of [
    '<meta name="robots" content="noindex" />',
    '<link rel="canonical" href="https://video.example/s/abc" />',
    '<meta property="og:title" content="Dusk" />',
    '<meta property="og:video" content="https://video.example/s/abc/video" />',
    '<meta name="twitter:card" content="summary_large_image" />',
    'poster="/s/abc/poster"',
    'AI-generated video',
    'Made with animatic:animatic-1',
  ]) {
    expect(page).toContain(part);
  }
  expect(sharePage({ ...VIDEO, indexed: true }, ENGLISH)).not.toContain('noindex');
  expect(page).not.toContain('/download');
  expect(sharePage({ ...VIDEO, allowDownload: true }, ENGLISH)).toContain('/s/abc/download"');
});

it('names a video without a title by its model, and speaks Chinese to who reads it first', () => {
  expect(sharePage({ ...VIDEO, title: null }, ENGLISH)).toContain(
    '<h1>A video made with animatic:animatic-1</h1>',
  );
  const chinese = wordsFor('zh-CN,zh;q=0.9,en;q=0.8');
  expect(sharePage(VIDEO, chinese)).toContain('<html lang="zh-CN">');
  expect(gonePage(chinese)).toContain('这里没有内容');
  expect(wordsFor('en-GB,zh;q=0.5').lang).toBe('en');
  expect(wordsFor(undefined).lang).toBe('en');
});

it('allows no script, frame or form by its policy', () => {
  const policy = pagePolicy(['https://media.example']);
  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy).toContain("media-src 'self' https://media.example;");
  expect(policy).not.toContain('unsafe');
  expect(policy).not.toContain('script-src');
});
