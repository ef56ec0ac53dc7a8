import { randomUUID } from 'node:crypto';
import { AppError, type Clock } from '@shotloom/kernel';
import {
  parseShape,
  readShape,
  redact,
  wrongShape,
  type CallEffect,
  type OpenedResponse,
  type VendorCall,
  type VendorHttpClient,
  type VendorHttpRequest,
  type VendorHttpResponse,
  type VendorInput,
} from '@shotloom/provider-kit';
import type { z } from 'zod';
import { lovartError, PROVIDER, rowOf } from './errors';
import {
  envelopeSchema,
  modeSchema,
  problemSchema,
  projectSchema,
  resultSchema,
  statusSchema,
  threadSchema,
  toolsSchema,
  uploadSchema,
  validSchema,
  type LovartResult,
} from './schemas';
import { signatureHeaders } from './signature';

const PREFIX = '/v1/openapi';
/** The edge refuses what does not call itself a browser. */
const USER_AGENT = 'Mozilla/5.0 (compatible; shotloom/0.1)';
/** The store of results opens only to who comes from the vendor's pages. */
const REFERER = 'https://www.lovart.ai/';
const FILE_NAMES: Readonly<Record<string, string>> = {
  ...{ 'image/jpeg': 'picture.jpg', 'image/png': 'picture.png', 'image/webp': 'picture.webp' },
};

type Call = Pick<VendorHttpRequest, 'method' | 'query' | 'json' | 'multipart'> & {
  /** Behind the prefix. */
  readonly path: string;
  /** UUID as hex; a new one where none is given. */
  readonly idempotencyKey?: string;
};

/** Lovart's calls. Credential fields: `accessKey`, `secretKey`. Throws `AppError` only. */
export class LovartClient {
  constructor(
    private readonly http: VendorHttpClient,
    private readonly baseUrl: string,
    private readonly clock: Clock,
  ) {}

  /** A new project, which may not be valid yet. */
  async newProject(name: string, call: VendorCall): Promise<string> {
    const json = {
      ...{ project_id: '', canvas: '', project_cover_list: [], pic_count: 0, project_type: 3 },
      project_name: name,
    };
    const project = await this.read(projectSchema, { method: 'POST', path: '/project/save', json }, call);
    return project.project_id;
  }

  async isValid(projectId: string, call: VendorCall): Promise<boolean> {
    const query = { project_id: projectId };
    return (await this.read(validSchema, { method: 'GET', path: '/project/validate', query }, call)).valid;
  }

  /** The address of a picture, for a chat. */
  async upload({ contentType, sizeBytes, open }: VendorInput, call: VendorCall): Promise<string> {
    const filename = FILE_NAMES[contentType] ?? 'picture';
    const multipart = [{ name: 'file', filename, contentType, sizeBytes, open }];
    return (await this.read(uploadSchema, { method: 'POST', path: '/file/upload', multipart }, call)).url;
  }

  /** Starts a thread, and gives its id. `outcome` of the error says whether one may be at work. */
  async chat(json: unknown, idempotencyKey: string, call: VendorCall): Promise<string> {
    const request = { method: 'POST', path: '/chat', json, idempotencyKey } as const;
    const data = await this.send(request, call, 'creates');
    const thread = readShape(threadSchema, data);
    if (thread.ok) return thread.data.thread_id;
    throw wrongShape(PROVIDER, thread.problem, 'unknown');
  }

  async status(threadId: string, call: VendorCall): Promise<string> {
    const query = { thread_id: threadId };
    return (await this.read(statusSchema, { method: 'GET', path: '/chat/status', query }, call)).status;
  }

  async result(threadId: string, call: VendorCall): Promise<LovartResult> {
    const query = { thread_id: threadId };
    const result = await this.read(resultSchema, { method: 'GET', path: '/chat/result', query }, call);
    if (result.thread_id === threadId) return result;
    throw wrongShape(PROVIDER, 'it is about another thread', 'accepted');
  }

  /** Says yes to the costs that a thread waits with. A yes that is lost is said again: the thread waits until it has come. */
  async confirm(threadId: string, call: VendorCall): Promise<void> {
    const json = { thread_id: threadId };
    await this.send({ method: 'POST', path: '/chat/confirm', json }, call, 'reads');
  }

  /** Whether the account waits in the queue instead of paying with credits. */
  async isUnlimited(call: VendorCall): Promise<boolean> {
    const request = { method: 'POST', path: '/mode/query', json: {} } as const;
    return (await this.read(modeSchema, request, call)).unlimited;
  }

  /** The names of the tools that there are today. Needs no key. */
  async tools(call: VendorCall): Promise<ReadonlySet<string>> {
    const { tools } = await this.read(toolsSchema, { method: 'GET', path: '/tools/catalog' }, call);
    return new Set(tools.map(({ name }) => name));
  }

  /** Whether a video is at the vendor's own, which opens only with the right headers. */
  isOwn(address: string, { credential }: VendorCall): boolean {
    const { origin, protocol, hostname } = new URL(address);
    const isVendors = protocol === 'https:' && (hostname === 'lovart.ai' || hostname.endsWith('.lovart.ai'));
    return isVendors || origin === new URL(credential.baseUrl ?? this.baseUrl).origin;
  }

  /** The bytes of a video. No key goes with it. */
  async open(address: string, call: VendorCall): Promise<Extract<OpenedResponse, { content: object }>> {
    const { origin, pathname, searchParams } = new URL(address);
    const opened = await this.http.open({
      ...{ baseUrl: origin, path: pathname, query: Object.fromEntries(searchParams) },
      // As they are: a length that is told must be the length that comes.
      headers: { 'user-agent': USER_AGENT, referer: REFERER, 'accept-encoding': 'identity' },
      ...this.commonOf(call),
    });
    if (opened.content !== null) return opened;
    const { status, excerpt } = opened;
    throw new AppError('provider_unavailable', 'Lovart did not give the video; it is asked again.', {
      ...{ provider: PROVIDER, retryable: true, vendorMessage: excerpt, details: { status } },
    });
  }

  private async read<T>(schema: z.ZodType<T>, request: Call, call: VendorCall): Promise<T> {
    return parseShape(PROVIDER, schema, await this.send(request, call, 'reads'));
  }

  /** What is in the envelope of a success. */
  private async send(
    { path, idempotencyKey = randomUUID().replaceAll('-', ''), ...request }: Call,
    call: VendorCall,
    effect: CallEffect,
  ): Promise<unknown> {
    const response = await this.http.send({
      ...{ ...request, effect, ...this.commonOf(call), baseUrl: call.credential.baseUrl },
      path: `${PREFIX}${path}`,
      headers: {
        'user-agent': USER_AGENT,
        ...this.signed(request.method, `${PREFIX}${path}`, call),
        // The form of an upload gets none.
        ...(request.json === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
    });
    return dataOf(response, effect, Object.values(call.credential.fields));
  }

  private signed(method: string, path: string, { credential }: VendorCall): Readonly<Record<string, string>> {
    const { accessKey, secretKey } = credential.fields;
    if (!accessKey || !secretKey) {
      const words = 'The credential needs an accessKey and a secretKey: see AK/SK Management in the account.';
      throw new AppError('provider_auth_failed', words, { provider: PROVIDER, outcome: 'refused' });
    }
    const timestamp = Math.floor(this.clock.now().getTime() / 1_000);
    return signatureHeaders({ accessKey, secretKey }, { method, path, timestamp });
  }

  private commonOf({ credential, timeoutMs, signal }: VendorCall) {
    return { secrets: Object.values(credential.fields), timeoutMs, signal };
  }
}

function dataOf(response: VendorHttpResponse, effect: CallEffect, secrets: readonly string[]): unknown {
  const { status, body, excerpt, headers } = response;
  if (status >= 200 && status < 300) {
    const envelope = readShape(envelopeSchema, body);
    if (!envelope.ok)
      throw wrongShape(PROVIDER, envelope.problem, effect === 'creates' ? 'unknown' : 'accepted');
    const { code, data } = envelope.data;
    if (code === 0) return data ?? null;
    // A success by its status, an error by its code: only where no thread came with it is it a clear refusal.
    const isClear = rowOf(`${code}`) !== undefined && !threadSchema.safeParse(data).success;
    if (!isClear) {
      const problem = `it has the code ${code}`;
      throw wrongShape(PROVIDER, problem, effect === 'creates' ? 'unknown' : 'accepted');
    }
  }
  const said = problemSchema.safeParse(body);
  throw lovartError({
    ...{ status, effect, requestId: headers.get('x-request-id') },
    vendorCode: said.success ? `${said.data.code ?? status}` : null,
    message: said.success ? redact(said.data.message ?? said.data.error ?? '', secrets) : excerpt,
  });
}
