import { Readable } from 'node:stream';
import type { ObjectStore } from '../src/index';
import { put, VIDEO } from './test-bodies';

/** Links that need no key: what they open, and what they refuse. */
export function describeSignedUrls(store: () => ObjectStore): void {
  it('signs a URL that reads an object, by ranges too, under a name', async () => {
    await store().put('signed/video.mp4', Readable.from(['0123456789']), VIDEO);
    const url = await store().signGet('signed/video.mp4', {
      expiresInSeconds: 60,
      downloadName: 'Ünser "Film".mp4',
    });
    const whole = await fetch(url);
    expect(whole.status).toBe(200);
    expect(await whole.text()).toBe('0123456789');
    expect(whole.headers.get('content-type')).toBe('video/mp4');
    expect(whole.headers.get('content-disposition')).toContain(
      "filename*=UTF-8''%C3%9Cnser%20%22Film%22.mp4",
    );
    const part = await fetch(url, { headers: { range: 'bytes=2-4' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 2-4/10',
      '234',
    ]);
  });

  it('signs a URL that takes one PUT', async () => {
    const options = { expiresInSeconds: 60, contentType: 'image/png', sizeBytes: 6 };
    const url = await store().signPut('signed/upload.png', options);
    const answer = await fetch(url, {
      method: 'PUT',
      body: 'pixels',
      headers: { 'content-type': 'image/png' },
    });
    expect(answer.status).toBe(200);
    expect(await store().stat('signed/upload.png')).toMatchObject({ size: 6, contentType: 'image/png' });
  });

  it('refuses a PUT of more bytes, or of another type, than it was signed for', async () => {
    const options = { expiresInSeconds: 60, contentType: 'image/png', sizeBytes: 6 };
    const url = await store().signPut('signed/bound.png', options);
    const send = async (body: string, type: string): Promise<number> =>
      (await fetch(url, { method: 'PUT', body, headers: { 'content-type': type } })).status;
    expect(await send('pixels and more', 'image/png')).toBeGreaterThanOrEqual(400);
    expect(await send('pixels', 'text/html')).toBe(403);
    expect(await store().stat('signed/bound.png')).toBeUndefined();
  });

  it('refuses a URL for another method, another key, another lifetime, or no signature', async () => {
    await put(store(), 'signed/mine', 'mine');
    await put(store(), 'signed/yours', 'yours');
    const url = await store().signGet('signed/mine', { expiresInSeconds: 60 });
    const tampered = [
      url.replace('signed/mine', 'signed/yours'),
      url.replace(/(expires=)(\d+)/i, (_, name: string, seconds: string) => `${name}${Number(seconds) + 1}`),
      url.replace(/signature=.{4}/i, (text) => `${text.slice(0, -4)}0000`),
      url.replace(/\?.*/, ''),
    ];
    expect(new Set([url, ...tampered]).size).toBe(5);
    for (const hostile of tampered) expect([400, 403]).toContain((await fetch(hostile)).status);
    expect(
      (await fetch(url, { method: 'PUT', body: 'x', headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(url)).status).toBe(200);
  });

  it('refuses a URL that has expired', async () => {
    await put(store(), 'signed/late', 'late');
    const url = await store().signGet('signed/late', { expiresInSeconds: 1 });
    const until = Date.now() + 10_000;
    let status = 200;
    while (status === 200 && Date.now() < until) status = (await fetch(url)).status;
    expect(status).toBe(403);
  }, 20_000);

  it('answers 404 for a signed URL of nothing', async () => {
    const url = await store().signGet('signed/nothing', { expiresInSeconds: 60 });
    expect((await fetch(url)).status).toBe(404);
  });

  it.each([0, -1, 1.5, 7 * 24 * 3600 + 1, NaN])(
    'refuses a lifetime of %d seconds',
    async (expiresInSeconds) => {
      await expect(store().signGet('a', { expiresInSeconds })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    },
  );
}
