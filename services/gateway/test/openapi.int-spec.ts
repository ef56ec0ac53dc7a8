import {
  acceptedSchema,
  addCommentSchema,
  apiKeyPageSchema,
  authMethodsSchema,
  createApiKeySchema,
  createdApiKeySchema,
  forgotPasswordSchema,
  imageToVideoSchema,
  jobLogPageSchema,
  jobResourceSchema,
  loginSchema,
  meResourceSchema,
  modelResourceSchema,
  billingPlansSchema,
  billingResourceSchema,
  checkoutResourceSchema,
  commentPageSchema,
  galleryPageSchema,
  moderationPageSchema,
  shareJobSchema,
  shareResourceSchema,
  openCheckoutSchema,
  openedCheckoutSchema,
  problemSchema,
  refreshSchema,
  registerSchema,
  retryJobSchema,
  rotateApiKeySchema,
  sessionListSchema,
  signedInSchema,
  stopAllJobsSchema,
  stoppedJobsSchema,
  textToVideoSchema,
  updateMeSchema,
  uploadResourceSchema,
  verifyEmailSchema,
  videoToAnimeSchema,
  acceptInvitationSchema,
  accountPageSchema,
  accountResourceSchema,
  changeAccountSchema,
  changeMemberSchema,
  createAccountSchema,
  createInvitationSchema,
  creditsSummarySchema,
  creditTransactionPageSchema,
  invitationPageSchema,
  invitationResourceSchema,
  memberPageSchema,
  memberResourceSchema,
  quoteRequestSchema,
  quoteSchema,
} from '@shotloom/contracts';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { EXAMPLES, PROBLEM_EXAMPLE } from '../src/docs/examples';
import { PUBLIC_OPERATIONS } from '../src/docs/openapi-document';
import { OPENAI_TAG } from '../src/docs/route-docs';
import { call, startGateway, type GatewayFixture } from './gateway-fixture';
import { breakingChanges, type ApiDocument } from './openapi-changes';

jest.setTimeout(30_000);

interface Operation {
  operationId: string;
  summary?: string;
  tags?: string[];
  security?: unknown[];
  requestBody?: { content: Record<string, { schema: unknown; example?: unknown }> };
  responses: Record<string, { content?: Record<string, { schema?: unknown; example?: unknown }> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Record<string, unknown>>; securitySchemes: object };
}

let gateway: GatewayFixture;
let document: Document;
let operations: Operation[];

beforeAll(async () => {
  gateway = await startGateway();
  document = (await call(gateway, '/openapi.json', null)).body as unknown as Document;
  operations = Object.values(document.paths).flatMap((path) => Object.values(path));
});
afterAll(() => gateway.close());

it('is OpenAPI 3.1 with both ways to send a key', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(document.components.securitySchemes).toMatchObject({
    bearer: { type: 'http', scheme: 'bearer' },
    apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  });
});

it('is what a linter of OpenAPI recommends', async () => {
  const config = await createConfig({
    extends: ['recommended'],
    rules: {
      // Routes that lead a browser or a player elsewhere answer 302 and nothing else.
      'operation-2xx-response': 'off',
      'info-license': 'off',
    },
  });
  const source = JSON.stringify(document);
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
    [],
  );
});

/** The API of the last release. A release writes it anew: UPDATE_OPENAPI=1. */
const RELEASED = join(__dirname, '../../../docs/openapi.snapshot.json');

/** Words and examples may change as they like. A field may be named like one of them, but is no text. */
const withoutWords = (key: string, value: unknown): unknown =>
  key === 'example' || (['description', 'summary'].includes(key) && typeof value === 'string')
    ? undefined
    : value;

it('breaks no client of the last release', async () => {
  if (process.env['UPDATE_OPENAPI'] === '1')
    await writeFile(RELEASED, JSON.stringify(document, withoutWords));
  const released = JSON.parse(await readFile(RELEASED, 'utf8')) as ApiDocument;
  expect(Object.keys(released.paths).length).toBeGreaterThan(50);
  expect(breakingChanges(released, document as unknown as ApiDocument)).toEqual([]);
});

it('has no reference that leads nowhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target);
  expect(references.length).toBeGreaterThan(20);
  const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
  expect(references.filter((target) => !known.includes(target ?? ''))).toEqual([]);
});

it('has the contracts as named components', () => {
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining([
      'Job',
      'JobPage',
      'JobGroup',
      'ImageToVideo',
      'TextToVideo',
      'VideoToAnime',
      'Problem',
      'Upload',
      'Model',
      'Me',
    ]),
  );
  expect(document.components.schemas['TextToVideo']).toMatchObject({
    required: ['prompt'],
    additionalProperties: false,
    properties: { prompt: { maxLength: 2_000 } },
  });
  expect(document.components.schemas['Job']).not.toHaveProperty('additionalProperties');
});

const OPENAI_FAILURE = {
  'application/json': {
    schema: { $ref: '#/components/schemas/OpenAiError' },
    example: { error: expect.objectContaining({ message: expect.any(String) as string }) as object },
  },
};
const problemContent = (status: number): object => ({
  'application/problem+json': {
    schema: { $ref: '#/components/schemas/Problem' },
    example: expect.objectContaining({ status }) as object,
  },
});

/** The operator may open them to everybody. */
const KEY_OPTIONAL = ['listGallery', 'listComments'];

it('describes every operation: a name of its own, words, its key, its refusals, an example', () => {
  const names = operations.map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const operation of operations) {
    const { operationId, summary, security, responses, requestBody, tags } = operation;
    expect([operationId, summary]).toEqual([operationId, expect.stringMatching(/.{5,}/)]);
    const open = PUBLIC_OPERATIONS.has(operationId);
    const nobody = KEY_OPTIONAL.includes(operationId) ? [{}] : [];
    const keys = open ? [] : [{ bearer: [] }, { apiKey: [] }, ...nobody];
    expect([operationId, security]).toEqual([operationId, keys]);
    if (!open) expect([operationId, '401' in responses]).toEqual([operationId, true]);
    for (const [status, { content }] of Object.entries(responses)) {
      if (Number(status) < 400) continue;
      expect(content).toEqual(tags?.includes(OPENAI_TAG) ? OPENAI_FAILURE : problemContent(Number(status)));
    }
    for (const [type, { schema, example }] of Object.entries(requestBody?.content ?? {})) {
      expect([operationId, schema !== undefined]).toEqual([operationId, true]);
      if (type === 'application/json')
        expect([operationId, example !== undefined]).toEqual([operationId, true]);
    }
  }
});

it('says where a body may be left out', () => {
  const body = (path: string) => document.paths[path]?.['post']?.requestBody;
  expect(body('/api/v1/jobs/{id}/retry')).toMatchObject({ required: false });
  expect(body('/api/v1/jobs/stop-all')).toMatchObject({ required: false });
  expect(body('/api/v1/generate/text-to-video')).toMatchObject({ required: true });
});

it('documents the fields of a query', () => {
  const parameters = (
    document.paths['/api/v1/jobs']?.['get'] as unknown as { parameters: { name: string }[] }
  ).parameters;
  expect(parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(['limit', 'cursor', 'status']));
});

it.each<[string, z.ZodType, unknown]>([
  ['imageToVideo request', imageToVideoSchema, EXAMPLES['imageToVideo']?.request],
  ['textToVideo request', textToVideoSchema, EXAMPLES['textToVideo']?.request],
  ['videoToAnime request', videoToAnimeSchema, EXAMPLES['videoToAnime']?.request],
  ['job', jobResourceSchema, EXAMPLES['imageToVideo']?.response],
  ['textToVideo answer', jobResourceSchema, EXAMPLES['textToVideo']?.response],
  ['model', modelResourceSchema, EXAMPLES['getModel']?.response],
  ['retry request', retryJobSchema, EXAMPLES['retryJob']?.request],
  ['retried job', jobResourceSchema, EXAMPLES['retryJob']?.response],
  ['request to stop jobs', stopAllJobsSchema, EXAMPLES['stopAllJobs']?.request],
  ['request to share', shareJobSchema, EXAMPLES['shareJob']?.request],
  ['share', shareResourceSchema, EXAMPLES['shareJob']?.response],
  ['gallery', galleryPageSchema, EXAMPLES['listGallery']?.response],
  ['request to comment', addCommentSchema, EXAMPLES['addComment']?.request],
  ['comments', commentPageSchema, EXAMPLES['listComments']?.response],
  ['moderation', moderationPageSchema, EXAMPLES['listModeration']?.response],
  ['answer about stopped jobs', stoppedJobsSchema, EXAMPLES['stopAllJobs']?.response],
  ['log', jobLogPageSchema, EXAMPLES['getJobLog']?.response],
  ['upload', uploadResourceSchema, EXAMPLES['uploadFile']?.response],
  ['summary of credits', creditsSummarySchema, EXAMPLES['getCredits']?.response],
  ['page of transactions', creditTransactionPageSchema, EXAMPLES['listCreditTransactions']?.response],
  ['page of accounts', accountPageSchema, EXAMPLES['listAccounts']?.response],
  ['page of members', memberPageSchema, EXAMPLES['listMembers']?.response],
  ['page of invitations', invitationPageSchema, EXAMPLES['listInvitations']?.response],
  ...(
    [
      ['register', registerSchema, acceptedSchema],
      ['verifyEmail', verifyEmailSchema, signedInSchema],
      ['login', loginSchema, signedInSchema],
      ['refreshSession', refreshSchema, signedInSchema],
      ['forgotPassword', forgotPasswordSchema, acceptedSchema],
      ['updateMe', updateMeSchema, meResourceSchema],
      ['createApiKey', createApiKeySchema, createdApiKeySchema],
      ['rotateApiKey', rotateApiKeySchema, createdApiKeySchema],
      ['createAccount', createAccountSchema, accountResourceSchema],
      ['changeAccount', changeAccountSchema, accountResourceSchema],
      ['changeMember', changeMemberSchema, memberResourceSchema],
      ['createInvitation', createInvitationSchema, invitationResourceSchema],
      ['acceptInvitation', acceptInvitationSchema, accountResourceSchema],
      ['quote', quoteRequestSchema, quoteSchema],
    ] as const
  ).flatMap(([id, request, response]): [string, z.ZodType, unknown][] => [
    [`${id} request`, request, EXAMPLES[id]?.request],
    [`${id} answer`, response, EXAMPLES[id]?.response],
  ]),
  ['list of sessions', sessionListSchema, EXAMPLES['listSessions']?.response],
  ['page of API keys', apiKeyPageSchema, EXAMPLES['listApiKeys']?.response],
  ['methods of signing in', authMethodsSchema, EXAMPLES['getAuthMethods']?.response],
  ['list of what is sold', billingPlansSchema, EXAMPLES['getBillingPlans']?.response],
  ['account that buys', billingResourceSchema, EXAMPLES['getBilling']?.response],
  ['request to buy', openCheckoutSchema, EXAMPLES['openCheckout']?.request],
  ['page to pay at', openedCheckoutSchema, EXAMPLES['openCheckout']?.response],
  ['checkout', checkoutResourceSchema, EXAMPLES['getCheckout']?.response],
  ['problem', problemSchema, PROBLEM_EXAMPLE],
])('the example of a %s fits its contract', (_, schema, example) => {
  expect(schema.safeParse(example)).toMatchObject({ success: true });
});
