import { readSource } from './source-reference';

const ID = '019aa000-0000-7000-8000-000000000001';
const ours = ['https://video.example'];

describe('readSource', () => {
  it.each([
    [{ asset_id: ID }, 'asset_id'],
    [{ file_url: `/api/v1/assets/${ID}/file` }, 'file_url'],
    [{ file_url: `https://video.example/api/v1/assets/${ID}/file?x=1` }, 'file_url'],
  ])('reads %j', (body, field) => expect(readSource(body, ours)).toEqual({ field, assetId: ID }));

  it.each([
    `https://video.example.evil/api/v1/assets/${ID}/file`,
    `https://video.example@evil.example/api/v1/assets/${ID}/file`,
    `http://video.example/api/v1/assets/${ID}/file`,
    `\\\\evil.example/api/v1/assets/${ID}/file`,
    'data:image/png;base64,AAAA',
    'http://',
  ])('refuses %s as an address of others', (file_url) =>
    expect(() => readSource({ file_url }, ours)).toThrow(/not fetched/),
  );

  it.each(['/api/v1/assets/../jobs/1', `/api/v1/jobs/${ID}/video`, `/api/v1/assets/${ID}`])(
    'refuses %s as no file of an upload',
    (file_url) => expect(() => readSource({ file_url }, ours)).toThrow(/not the file_url/),
  );
});
