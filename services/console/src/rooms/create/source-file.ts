import type { Limits } from './source-limits';

const THUMB_EDGE = 480;
const PROBE_PATIENCE_MS = 4_000;

/** What the page can find out about a file by itself: a small picture of it, and how long it runs. */
export interface Glance {
  readonly thumb: string | null;
  readonly seconds: number | null;
}

/** Looks at a file. What cannot be read here is left to the server, which looks properly. */
export async function glanceAt(file: File, kind: Limits['kind']): Promise<Glance> {
  try {
    if (kind === 'video') return await glanceAtVideo(file);
    const bitmap = await createImageBitmap(file);
    const thumb = draw(bitmap, bitmap.width, bitmap.height);
    bitmap.close();
    return { thumb, seconds: null };
  } catch {
    return { thumb: null, seconds: null };
  }
}

async function glanceAtVideo(file: File): Promise<Glance> {
  const url = URL.createObjectURL(file);
  const video = document.createElement('video');
  try {
    video.muted = true;
    video.preload = 'auto';
    video.src = url;
    await heard(video, 'loadeddata');
    const seconds = Number.isFinite(video.duration) ? video.duration : null;
    video.currentTime = Math.min(0.5, (seconds ?? 1) / 2);
    await heard(video, 'seeked');
    return { thumb: draw(video, video.videoWidth, video.videoHeight), seconds };
  } finally {
    video.removeAttribute('src');
    URL.revokeObjectURL(url);
  }
}

function heard(video: HTMLVideoElement, event: 'loadeddata' | 'seeked'): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${event}`)), PROBE_PATIENCE_MS);
    const done = (finish: () => void) => () => {
      clearTimeout(late);
      finish();
    };
    video.addEventListener(event, done(resolve), { once: true });
    video.addEventListener(
      'error',
      done(() => reject(new Error('not playable here'))),
      { once: true },
    );
  });
}

function draw(image: CanvasImageSource, width: number, height: number): string | null {
  const scale = Math.min(1, THUMB_EDGE / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/jpeg', 0.8);
}
