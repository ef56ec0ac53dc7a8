/** What the public pages say. */
export interface PageWords {
  readonly lang: 'en' | 'zh-CN';
  readonly untitled: (model: string) => string;
  readonly madeWith: (model: string) => string;
  readonly generated: string;
  readonly prompt: string;
  readonly download: string;
  readonly cannotPlay: string;
  readonly goneTitle: string;
  readonly gone: string;
}

const ENGLISH: PageWords = {
  lang: 'en',
  untitled: (model) => `A video made with ${model}`,
  madeWith: (model) => `Made with ${model}`,
  generated: 'AI-generated video',
  prompt: 'Prompt',
  download: 'Download',
  cannotPlay: 'This browser cannot play the video.',
  goneTitle: 'Nothing here',
  gone: 'There is no video at this address. It may never have been here, or it is not shared any more.',
};

const CHINESE: PageWords = {
  lang: 'zh-CN',
  untitled: (model) => `由 ${model} 制作的视频`,
  madeWith: (model) => `由 ${model} 制作`,
  generated: 'AI 生成的视频',
  prompt: '提示词',
  download: '下载',
  cannotPlay: '此浏览器无法播放该视频。',
  goneTitle: '这里没有内容',
  gone: '此地址没有视频。它可能从未存在，也可能已不再分享。',
};

/** The language that a browser names first, of the two that there are. */
export function wordsFor(acceptLanguage: string | undefined): PageWords {
  return /^\s*zh\b/i.test(acceptLanguage ?? '') ? CHINESE : ENGLISH;
}
