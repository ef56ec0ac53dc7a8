import { createHash } from 'node:crypto';
import type { OpenedShare } from '@shotloom/contracts';
import { markup, Markup } from './markup';
import type { PageWords } from './page-words';

/** The part of a share that its page shows. */
export type ShownVideo = Pick<
  OpenedShare,
  'title' | 'prompt' | 'model' | 'label' | 'width' | 'height' | 'durationSeconds' | 'contentType'
> & {
  /** Where the page is, without a slash at its end; the file and its poster are below it. Other sites are told of it with the origin. */
  readonly path: string;
  readonly origin: string;
  readonly hasPoster: boolean;
  readonly allowDownload: boolean;
  /** Whether search engines may list it. */
  readonly indexed: boolean;
};

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:64rem;padding:1.5rem 1rem}
video{width:100%;max-height:75vh;background:#000;border-radius:.5rem}
h1{font-size:1.4rem;overflow-wrap:anywhere}
.facts{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;opacity:.85}
.label{border:1px solid;border-radius:1rem;padding:0 .75rem}
.prompt{white-space:pre-wrap;overflow-wrap:anywhere}
a:focus-visible,video:focus-visible{outline:3px solid Highlight;outline-offset:2px}`;
const STYLE_ELEMENT = new Markup(`<style>${STYLE}</style>`);
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Nothing but the picture, the film and one style of ours: no script, no frame, no form, and nobody else's page around it. */
export function pagePolicy(mediaOrigins: readonly string[]): string {
  const media = ["'self'", ...mediaOrigins].join(' ');
  return [
    "default-src 'none'",
    `img-src ${media}`,
    `media-src ${media}`,
    `style-src 'sha256-${STYLE_HASH}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The page of a shared video. Title, prompt, model and label are anybody's text. Pure. */
export function sharePage(video: ShownVideo, words: PageWords): string {
  const { path, hasPoster, allowDownload } = video;
  const title = video.title ?? words.untitled(video.model);
  return frame(words, title, headOf(video, title, words), [
    markup`<h1>${title}</h1>
      <video
        controls
        playsinline
        preload="metadata"
        ${allowDownload ? null : new Markup('controlslist="nodownload"')}
        ${hasPoster ? markup`poster="${path}/poster"` : null}
        width="${video.width}"
        height="${video.height}"
        aria-label="${title}"
        src="${path}/video"
      >
        ${words.cannotPlay}
      </video>
      <p class="facts">
        <span class="label">${words.generated}</span>
        <span>${words.madeWith(video.model)}</span>
        ${video.label === null ? null : markup`<span>${video.label}</span>`}
        ${allowDownload ? markup`<a href="${path}/download" rel="nofollow">${words.download}</a>` : null}
      </p>`,
    ...(video.prompt === null
      ? []
      : [
          markup`<h2>${words.prompt}</h2>
            <p class="prompt">${video.prompt}</p>`,
        ]),
  ]);
}

/** The one page for what is unknown, revoked, expired or taken down. Pure. */
export function gonePage(words: PageWords): string {
  return frame(words, words.goneTitle, NOT_INDEXED, [
    markup`<h1>${words.goneTitle}</h1>
      <p>${words.gone}</p>`,
  ]);
}

const NOT_INDEXED = markup`<meta name="robots" content="noindex" />`;

/** What other sites show of the page: Open Graph and a Twitter card. */
function headOf(video: ShownVideo, title: string, words: PageWords): Markup {
  const { width, height, hasPoster } = video;
  const url = video.origin + video.path;
  const description = `${words.generated}. ${words.madeWith(video.model)}.`;
  const poster = hasPoster
    ? markup`<meta property="og:image" content="${url}/poster" />
        <meta name="twitter:image" content="${url}/poster" />`
    : null;
  return markup`${video.indexed ? null : NOT_INDEXED}
    <link rel="canonical" href="${url}" />
    <meta name="description" content="${description}" />
    <meta property="og:type" content="video.other" />
    <meta property="og:site_name" content="Shotloom" />
    <meta property="og:title" content="${title}" />
    <meta property="og:description" content="${description}" />
    <meta property="og:url" content="${url}" />
    <meta property="og:video" content="${url}/video" />
    <meta property="og:video:type" content="${video.contentType}" />
    <meta property="og:video:width" content="${width}" />
    <meta property="og:video:height" content="${height}" />
    <meta property="video:duration" content="${Math.ceil(video.durationSeconds)}" />
    <meta name="twitter:card" content="${hasPoster ? 'summary_large_image' : 'summary'}" />
    <meta name="twitter:title" content="${title}" />
    <meta name="twitter:description" content="${description}" />
    ${poster}`;
}

function frame(words: PageWords, title: string, head: Markup, main: readonly Markup[]): string {
  return markup`<!doctype html>
    <html lang="${words.lang}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Shotloom</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        ${head}
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>${main}</main>
      </body>
    </html>`.text;
}
