import { AppError } from '@shotloom/kernel';
import {
  parseShape,
  readShape,
  redact,
  wrongShape,
  type VendorCall,
  type VendorHttpClient,
  type VendorHttpRequest,
} from '@shotloom/provider-kit';
import { PROVIDER, yunwuError } from './errors';
import {
  createdSchema,
  errorInSuccessSchema,
  errorSchema,
  pricingSchema,
  subscriptionSchema,
  usageSchema,
  xaiCreatedSchema,
} from './schemas';
import { writeTaskId, type YunwuTaskId } from './task-id';

type Format = YunwuTaskId['format'];

/** Where each format takes its orders. */
const CREATES: Readonly<Record<Format, string>> = {
  unified: '/v1/video/create',
  xai: '/v1/videos/generations',
};
const BILLING = '/v1/dashboard/billing';

/** Yunwu's calls. Credential field: `apiKey`. Throws `AppError` only. */
export class YunwuClient {
  constructor(private readonly http: VendorHttpClient) {}

  /** Makes a task, and gives its id as `writeTaskId` writes it. `outcome` of the error says whether one may exist. */
  async create(format: Format, json: unknown, call: VendorCall): Promise<string> {
    const path = CREATES[format];
    const { body } = await this.send({ method: 'POST', path, json, effect: 'creates' }, call);
    const created = readShape(format === 'xai' ? xaiCreatedSchema : createdSchema, body);
    if (!created.ok) throw wrongShape(PROVIDER, created.problem, 'unknown');
    // A refusal has no id: who says both cannot be believed, and a video may be under way.
    if (errorInSuccessSchema.safeParse(body).success)
      throw wrongShape(PROVIDER, 'there is an id and an error', 'unknown');
    return writeTaskId({ format, id: created.data });
  }

  /** A task of the unified format, or of the other where that has no query of its own. Still to be read. */
  async task(id: string, call: VendorCall): Promise<unknown> {
    return (await this.read('/v1/video/query', call, { id })).body;
  }

  /** A task of the xAI format, still to be read; `null`: it is under way, and no more is said. */
  async xaiTask(id: string, call: VendorCall): Promise<unknown> {
    const { status, body, isEmpty } = await this.read(`/v1/videos/${encodeURIComponent(id)}`, call);
    return status === 202 && isEmpty ? null : body;
  }

  /** Dollars that were given to the key, used ones included. */
  async granted(call: VendorCall): Promise<number> {
    const { body } = await this.read(`${BILLING}/subscription`, call);
    return parseShape(PROVIDER, subscriptionSchema, body).hard_limit_usd;
  }

  /** Dollars that were used. The vendor says cents, and does not look at days. */
  async used(call: VendorCall): Promise<number> {
    const { body } = await this.read(`${BILLING}/usage`, call);
    return parseShape(PROVIDER, usageSchema, body).total_usage / 100;
  }

  /** Names of all models that are sold now; this is public. */
  async sold(call: VendorCall): Promise<readonly string[]> {
    const { body } = await this.read('/api/pricing', call);
    return parseShape(PROVIDER, pricingSchema, body).data.map(({ model_name }) => model_name);
  }

  private async read(path: string, call: VendorCall, query: Readonly<Record<string, string>> = {}) {
    const answer = await this.send({ method: 'GET', path, query, effect: 'reads' }, call);
    // Of billing an error may come as a success.
    const said = path.startsWith(BILLING) ? errorInSuccessSchema.safeParse(answer.body) : null;
    if (said?.success !== true) return answer;
    throw yunwuError({
      ...{ said: said.data, status: answer.status, effect: 'reads', requestId: null },
      message: redact(said.data.message, Object.values(call.credential.fields)),
    });
  }

  /** A success. */
  private async send(
    request: Omit<VendorHttpRequest, 'secrets'>,
    { credential, timeoutMs, signal }: VendorCall,
  ): Promise<{ readonly status: number; readonly body: unknown; readonly isEmpty: boolean }> {
    const { apiKey } = credential.fields;
    if (apiKey === undefined || apiKey === '') {
      throw new AppError('provider_auth_failed', 'The credential has no apiKey. Give the key of Yunwu.', {
        ...{ provider: PROVIDER, outcome: 'refused' },
      });
    }
    const secrets = Object.values(credential.fields);
    const response = await this.http.send({
      ...{ ...request, headers: { authorization: `Bearer ${apiKey}` } },
      ...{ secrets, timeoutMs, signal, baseUrl: credential.baseUrl },
    });
    const { status, body, excerpt, headers } = response;
    if (status >= 200 && status < 300) return { status, body, isEmpty: excerpt === '' };
    const said = errorSchema.safeParse(body);
    throw yunwuError({
      ...{ said: said.success ? said.data : null, status, effect: request.effect },
      requestId: headers.get('x-oneapi-request-id'),
      message: said.success ? redact(said.data.message, secrets) : excerpt,
    });
  }
}
