import { AppError } from '@shotloom/kernel';
import {
  beforeCreate,
  parseShape,
  readShape,
  redact,
  wrongShape,
  type VendorCall,
  type VendorHttpClient,
  type VendorHttpRequest,
  type VendorInput,
} from '@shotloom/provider-kit';
import type { z } from 'zod';
import { PROVIDER, replicateError } from './errors';
import {
  accountSchema,
  createdSchema,
  fileSchema,
  listSchema,
  problemSchema,
  webhookSecretSchema,
} from './schemas';

/** Replicate's calls. Credential field: `apiToken`. Throws `AppError` only. */
export class ReplicateClient {
  constructor(private readonly http: VendorHttpClient) {}

  /** Makes a prediction, and gives its id. `outcome` of the error says whether one may exist. */
  async create(path: string, json: unknown, call: VendorCall): Promise<string> {
    const body = await this.send({ method: 'POST', path, json, effect: 'creates' }, call);
    const created = readShape(createdSchema, body);
    if (created.ok) return created.data.id;
    throw wrongShape(PROVIDER, created.problem, 'unknown');
  }

  /** A prediction as the vendor shows it, still to be read. `null`: it has none with this id. */
  async prediction(id: string, call: VendorCall): Promise<unknown> {
    try {
      return await this.read(`/predictions/${encodeURIComponent(id)}`, call);
    } catch (error) {
      if (error instanceof AppError && error.vendorCode === '404') return null;
      throw error;
    }
  }

  /** The newest hundred, still to be read. */
  async newest(call: VendorCall): Promise<readonly unknown[]> {
    return parseShape(PROVIDER, listSchema, await this.read('/predictions', call)).results;
  }

  /** Asks for a stop, and gives the prediction as it is then, still to be read. */
  cancel(id: string, call: VendorCall): Promise<unknown> {
    const path = `/predictions/${encodeURIComponent(id)}/cancel`;
    return this.send({ method: 'POST', path, effect: 'reads' }, call);
  }

  /** Gives a file an address at the vendor. Nothing is bought by it, so that every failure is a refusal. */
  async upload({ contentType, sizeBytes, open, role }: VendorInput, call: VendorCall): Promise<string> {
    const filename = `${role}.${contentType.split('/')[1] ?? 'bin'}`;
    const multipart = [{ name: 'content', filename, contentType, sizeBytes, open }];
    const request = { method: 'POST', path: '/files', multipart, effect: 'reads' } as const;
    const file = await beforeCreate(
      this.send(request, call).then((body) => parseShape(PROVIDER, fileSchema, body)),
    );
    return file.urls.get;
  }

  async account(call: VendorCall): Promise<z.output<typeof accountSchema>> {
    return parseShape(PROVIDER, accountSchema, await this.read('/account', call));
  }

  /** What the vendor signs this account's callbacks with. */
  async webhookSecret(call: VendorCall): Promise<string> {
    return parseShape(PROVIDER, webhookSecretSchema, await this.read('/webhooks/default/secret', call)).key;
  }

  private read(path: string, call: VendorCall): Promise<unknown> {
    return this.send({ method: 'GET', path, effect: 'reads' }, call);
  }

  /** The body of a success. */
  private async send(
    { path, ...request }: Omit<VendorHttpRequest, 'secrets'>,
    { credential, timeoutMs, signal }: VendorCall,
  ): Promise<unknown> {
    const { apiToken } = credential.fields;
    if (apiToken === undefined || apiToken === '') {
      const words = 'The credential has no apiToken. Give the API token (key) of Replicate.';
      throw new AppError('provider_auth_failed', words, { provider: PROVIDER, outcome: 'refused' });
    }
    const secrets = Object.values(credential.fields);
    const response = await this.http.send({
      ...{ ...request, path: `/v1${path}`, headers: { authorization: `Bearer ${apiToken}` } },
      ...{ secrets, timeoutMs, signal, baseUrl: credential.baseUrl },
    });
    const { status, body, excerpt, headers } = response;
    if (status >= 200 && status < 300) return body ?? undefined;
    const problem = problemSchema.safeParse(body);
    const words = problem.success ? (problem.data.detail ?? problem.data.title ?? null) : null;
    throw replicateError({
      ...{ status, effect: request.effect, requestId: null, isVendors: words !== null },
      message: words === null ? excerpt : redact(words, secrets),
      retryAfter: headers.get('retry-after'),
    });
  }
}
