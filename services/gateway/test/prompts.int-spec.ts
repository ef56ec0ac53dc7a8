import { createReadStream } from 'node:fs';
import { samplePath } from '@shotloom/testing';
import { ChatServer } from './chat-server';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(60_000);

let chat: ChatServer;
let plain: GatewayFixture;
let clever: GatewayFixture;
let user: TestUser;

beforeAll(async () => {
  chat = await ChatServer.start();
  const env = { CHAT_URL: `${chat.url}/`, CHAT_MODEL: 'small-1', CHAT_API_KEY: 'chat-secret' };
  plain = await startGateway();
  clever = await startGateway({ ...env, CHAT_VISION: 'true', CHAT_TIMEOUT_MS: '500' });
}, 120_000);
afterAll(() => Promise.all([plain.close(), clever.close(), chat.close()]));
afterEach(() => {
  chat.answer = (response) => chat.say(response, '{"prompt":"better","motion":"it moves","keywords":[]}');
});

async function enhance(json: object, gateway = clever): Promise<Answer> {
  user = await gateway.addUser();
  return call(gateway, '/api/v1/prompts/enhance', user, { json });
}
const PROMPT = { prompt: 'a lighthouse at dusk' };

describe('without a chat model', () => {
  it('enhances by rules, and says so', async () => {
    const { status, body } = await enhance(PROMPT, plain);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      enhancer: 'built_in',
      model: null,
      motion: null,
      reason: null,
      picture_seen: false,
    });
    expect(body['prompt']).toMatch(/^a lighthouse at dusk, \w/);
  });

  it('drafts a motion from the shape of a picture of the caller’s own, and of nobody else’s', async () => {
    user = await plain.addUser();
    const { assetId } = plain.backstage.addAsset(user);
    const path = '/api/v1/prompts/enhance';
    const own = await call(plain, path, user, { json: { file_url: `/api/v1/assets/${assetId}/file` } });
    expect(own.body).toMatchObject({
      enhancer: 'built_in',
      motion: expect.stringMatching(/tilts/) as string,
    });
    const stranger = await plain.addUser();
    const foreign = await call(plain, path, stranger, { json: { asset_id: assetId } });
    expect(foreign.body).toMatchObject(problem(404, 'not_found', ['asset_id']));
    const video = plain.backstage.addVideo(user);
    const moving = await call(plain, path, user, { json: { asset_id: video.assetId } });
    expect(moving.body).toMatchObject(problem(422, 'invalid_input', ['asset_id']));
  });

  it.each([
    [{}, ['prompt']],
    [{ prompt: 'x', surprise: 1 }, ['surprise']],
    [{ file_url: 'http://169.254.169.254/latest/meta-data' }, ['file_url']],
  ])('refuses %j, and fetches nothing', async (json, fields) => {
    expect((await enhance(json, plain)).body).toMatchObject(problem(422, 'invalid_input', fields));
  });
});

describe('with a chat model', () => {
  it('asks it, with the operator’s key and model, and says who answered', async () => {
    chat.answer = (response) =>
      chat.say(
        response,
        '```json\n{"prompt":"a lighthouse, slow waves","keywords":["slow"],"motion":"none"}\n```',
      );
    expect((await enhance({ ...PROMPT, style_preset: 'ghibli' })).body).toMatchObject({
      ...{ prompt: 'a lighthouse, slow waves', keywords: ['slow'], motion: null },
      ...{ enhancer: 'chat', model: 'small-1', picture_seen: false, reason: null },
    });
    const { request, authorization } = chat.asked.at(-1) ?? {};
    expect(authorization).toBe('Bearer chat-secret');
    expect(request?.model).toBe('small-1');
    expect(JSON.parse(String(request?.messages[1].content))).toMatchObject({
      prompt: 'a lighthouse at dusk',
      style: 'ghibli',
    });
  });

  it('shows it the picture, small', async () => {
    user = await clever.addUser();
    const asset = clever.backstage.addAsset(user, { width: 451, height: 300, contentType: 'image/png' });
    await clever.store.put(asset.objectKey, createReadStream(samplePath('chelsea.png')), {
      contentType: 'image/png',
    });
    const json = { asset_id: asset.assetId };
    const { body } = await call(clever, '/api/v1/prompts/enhance', user, { json });
    expect(body).toMatchObject({ enhancer: 'chat', motion: 'it moves', picture_seen: true });
    const [, picture] = chat.asked.at(-1)?.request.messages[1].content as { image_url?: { url: string } }[];
    const url = picture?.image_url?.url ?? '';
    expect(url).toMatch(/^data:image\/jpeg;base64,/);
    expect(url.length).toBeLessThan(600_000);
  });

  it.each<[string, ChatServer['answer'], RegExp]>([
    ['is away', (response) => response.destroy(), /cannot be reached/],
    [
      'refuses',
      (response) => response.writeHead(401).end('{"error":"your key is chat-secret"}'),
      /answered 401/,
    ],
    ['is slow', () => undefined, /too long/],
    ['sends a page', (response) => response.end('<html>'), /no chat completion/],
    [
      'leads elsewhere',
      (response) => response.writeHead(307, { location: 'http://169.254.169.254/' }).end(),
      /cannot be reached/,
    ],
    ['never ends', (response) => response.end('x'.repeat(300_000)), /too long/],
    ['says something else', (response) => chat.say(response, 'I would rather not.'), /something else/],
  ])('that %s is replaced by rules, and the answer says why', async (_, answer, reason) => {
    chat.answer = answer;
    const { status, body, text } = await enhance(PROMPT);
    expect(status).toBe(200);
    expect(body).toMatchObject({ enhancer: 'built_in', reason: expect.stringMatching(reason) as string });
    expect(text).not.toContain('chat-secret');
  });

  it('is taken as plain text of bounded length', async () => {
    const prompt = `a\u0000b\u202e<script>${'x'.repeat(5_000)}`;
    chat.answer = (response) => chat.say(response, JSON.stringify({ prompt, keywords: ['k'.repeat(500)] }));
    const { body } = await enhance(PROMPT);
    expect(String(body['prompt']).length).toBeLessThanOrEqual(2_000);
    expect(String(body['prompt'])).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(String((body['keywords'] as string[])[0]).length).toBeLessThanOrEqual(60);
  });

  it('is asked only so often at once; who comes on top gets the rules', async () => {
    const waiting: (() => void)[] = [];
    chat.answer = (response) => {
      waiting.push(() => chat.say(response, '{"prompt":"better"}'));
      // The ninth is not asked, so eight are all that ever wait.
      if (waiting.length === 8) for (const go of waiting) go();
    };
    user = await clever.addUser();
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => call(clever, '/api/v1/prompts/enhance', user, { json: PROMPT })),
    );
    const by = answers.map(({ body }) => body['enhancer']).toSorted();
    expect(by).toEqual(['built_in', ...Array<string>(8).fill('chat')]);
  });
});
