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
  type VendorHttpResponse,
  type VendorInput,
} from '@shotloom/provider-kit';
import type { z } from 'zod';
import { PROVIDER, runwayError } from './errors';
import { createdSchema, organizationSchema, problemSchema, uploadSchema, usageSchema } from './schemas';

/** Sent with every call; there is no other that is documented. */
const VERSION = '2024-11-06';
const UPLOADED_AS: Readonly<Record<string, string>> = {
  ...{ 'image/jpeg': 'picture.jpg', 'image/png': 'picture.png', 'image/webp': 'picture.webp' },
};

/** Runway's calls. Credential field: `apiKey`. Throws `AppError` only. */
export class RunwayClient {
  constructor(
    private readonly http: VendorHttpClient,
    private readonly baseUrl: string,
  ) {}

  /** Makes a task, and gives its id. `outcome` of the error says whether one may exist. */
  async create(route: string, json: unknown, call: VendorCall): Promise<string> {
    const body = await this.send({ method: 'POST', path: `/${route}`, json, effect: 'creates' }, call);
    const created = readShape(createdSchema, body);
    if (created.ok) return created.data.id;
    throw wrongShape(PROVIDER, created.problem, 'unknown');
  }

  /** A task as the vendor shows it, still to be read. `null`: it has none with this id, or none any more. */
  task(id: string, call: VendorCall): Promise<unknown> {
    return nullIfGone(this.send({ method: 'GET', path: taskPath(id), effect: 'reads' }, call));
  }

  /** Stops a task that has not ended. One that has is deleted with its video: ask before. */
  async stop(id: string, call: VendorCall): Promise<void> {
    await nullIfGone(this.send({ method: 'DELETE', path: taskPath(id), effect: 'reads' }, call));
  }

  /** Gives a picture a name at the vendor. Nothing is bought by it, so that every failure is a refusal. */
  upload(input: VendorInput, call: VendorCall): Promise<string> {
    return beforeCreate(this.place(input, call));
  }

  async credits(call: VendorCall): Promise<number> {
    const body = await this.send({ method: 'GET', path: '/organization', effect: 'reads' }, call);
    return parseShape(PROVIDER, organizationSchema, body).creditBalance;
  }

  /** Credits of the last thirty days, by model. */
  async usage(call: VendorCall): Promise<ReadonlyMap<string, number>> {
    const path = '/organization/usage';
    const body = await this.send({ method: 'POST', path, json: {}, effect: 'reads' }, call);
    const used = new Map<string, number>();
    for (const { usedCredits } of parseShape(PROVIDER, usageSchema, body).results) {
      for (const { model, amount } of usedCredits) used.set(model, (used.get(model) ?? 0) + amount);
    }
    return used;
  }

  private async place({ contentType, sizeBytes, open }: VendorInput, call: VendorCall): Promise<string> {
    const filename = UPLOADED_AS[contentType] ?? 'picture';
    const json = { filename, type: 'ephemeral' };
    const body = await this.send({ method: 'POST', path: '/uploads', json, effect: 'reads' }, call);
    const { uploadUrl, fields, runwayUri } = parseShape(PROVIDER, uploadSchema, body);
    const url = new URL(uploadUrl);
    const { origin } = new URL(call.credential.baseUrl ?? this.baseUrl);
    // Pictures go to the internet, or back to the API itself, and nowhere else that an answer may name.
    if (url.protocol !== 'https:' && url.origin !== origin) {
      throw wrongShape(PROVIDER, 'the address for an upload is not https', 'refused');
    }
    // A store that is not the API: it gets the fields that it asked for, and not the key.
    const response = await this.http.send({
      ...{ method: 'POST', baseUrl: url.origin, path: url.pathname, effect: 'reads' },
      query: Object.fromEntries(url.searchParams),
      multipart: [
        ...Object.entries(fields).map(([name, text]) => ({ name, text })),
        { name: 'file', filename, contentType, sizeBytes, open },
      ],
      secrets: [...Object.values(call.credential.fields), ...Object.values(fields)],
      ...{ timeoutMs: call.timeoutMs, signal: call.signal },
    });
    if (!isSuccess(response)) throw uploadFailure(response);
    return runwayUri;
  }

  /** The body of a success. */
  private async send(
    { path, ...request }: Omit<VendorHttpRequest, 'secrets'>,
    { credential, timeoutMs, signal }: VendorCall,
  ): Promise<unknown> {
    const { apiKey } = credential.fields;
    if (apiKey === undefined || apiKey === '') {
      const words = 'The credential has no apiKey. Give the key of the Runway API.';
      throw new AppError('provider_auth_failed', words, { provider: PROVIDER, outcome: 'refused' });
    }
    const secrets = Object.values(credential.fields);
    const response = await this.http.send({
      ...{ ...request, path: `/v1${path}` },
      headers: { authorization: `Bearer ${apiKey}`, 'x-runway-version': VERSION },
      ...{ secrets, timeoutMs, signal, baseUrl: credential.baseUrl },
    });
    if (isSuccess(response)) return response.body ?? undefined;
    const { status, body, excerpt, headers } = response;
    const problem = problemSchema.safeParse(body);
    throw runwayError({
      ...{ status, effect: request.effect, requestId: null, isVendors: problem.success },
      message: problem.success ? redact(wordsOf(problem.data), secrets) : excerpt,
      retryAfter: headers.get('retry-after'),
    });
  }
}

const taskPath = (id: string): string => `/tasks/${encodeURIComponent(id)}`;
const isSuccess = ({ status }: VendorHttpResponse): boolean => status >= 200 && status < 300;

/** The error, and what is wrong with which field. */
function wordsOf({ error, issues }: z.output<typeof problemSchema>): string {
  const details = (issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
  return details.length === 0 ? error : `${error} (${details.join('; ')})`;
}

/** A 404 of something between us says nothing of the task. */
async function nullIfGone(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.vendorCode === '404') return null;
    throw error;
  }
}

const uploadFailure = ({ status, excerpt }: VendorHttpResponse): AppError =>
  new AppError(
    'provider_unavailable',
    "The store of Runway's uploads did not take the picture; it is tried again.",
    {
      ...{ provider: PROVIDER, retryable: true, vendorMessage: excerpt, details: { status } },
    },
  );
