import {
  parseShape,
  readShape,
  redact,
  wrongShape,
  type CallEffect,
  type VendorCall,
  type VendorHttpClient,
  type VendorHttpRequest,
  type VendorHttpResponse,
} from '@shotloom/provider-kit';
import { AppError } from '@shotloom/kernel';
import { hailuoError, PROVIDER } from './errors';
import { createdSchema, fileSchema, v1EnvelopeSchema, v2ErrorSchema } from './schemas';
import { writeTaskId, type HailuoTaskId } from './task-id';

type Api = HailuoTaskId['api'];
/** Credential fields: `apiKey`, and for older keys `groupId`. */
const CODE_AT_END = /\((\d{3,5})\)\s*$/;

/** MiniMax's calls, v1 and v2. Throws `AppError` only. */
export class HailuoClient {
  constructor(private readonly http: VendorHttpClient) {}

  /** Makes a task, and gives its id as `writeTaskId` writes it. `outcome` of the error says whether one may exist. */
  async create(api: Api, json: unknown, call: VendorCall): Promise<string> {
    const request = { method: 'POST', path: `/${api}/video_generation`, json, effect: 'creates' } as const;
    const response = await this.send(request, call);
    const secrets = secretsOf(call);
    const created = readShape(createdSchema, response.body);
    if (created.ok && isSuccess(response)) {
      const code = codeOf(api, response, secrets)?.code ?? 0;
      if (code === 0) return writeTaskId({ api, id: created.data.task_id });
      // A refusal has no task id: who says both cannot be believed, and a video may be under way.
      throw wrongShape(PROVIDER, `there is a task id and the error ${code}`, 'unknown');
    }
    const failed = failure(api, response, 'creates', secrets);
    throw failed ?? wrongShape(PROVIDER, created.ok ? 'no success' : created.problem, 'unknown');
  }

  /** A task as the vendor shows it, still to be read; v1 shows a failed one as an error. */
  async task({ api, id }: HailuoTaskId, call: VendorCall): Promise<VendorHttpResponse> {
    const path =
      api === 'v1' ? '/v1/query/video_generation' : `/v2/query/video_generation/${encodeURIComponent(id)}`;
    const query = api === 'v1' ? { task_id: id } : {};
    return this.send({ method: 'GET', path, query, effect: 'reads' }, call);
  }

  /** A new link to a file of v1; it ends after about nine hours. */
  async link(fileId: string, call: VendorCall): Promise<string> {
    const request = {
      method: 'GET',
      path: '/v1/files/retrieve',
      query: { file_id: fileId },
      effect: 'reads',
    } as const;
    const response = await this.send(request, call);
    const failed = failure('v1', response, 'reads', secretsOf(call));
    if (failed !== null) throw failed;
    return parseShape(PROVIDER, fileSchema, response.body).file.download_url;
  }

  private send(
    request: Omit<VendorHttpRequest, 'secrets'>,
    { credential, timeoutMs, signal }: VendorCall,
  ): Promise<VendorHttpResponse> {
    const { apiKey, groupId } = credential.fields;
    if (apiKey === undefined || apiKey === '') {
      throw new AppError('provider_auth_failed', 'The credential has no apiKey. Give the key of MiniMax.', {
        ...{ provider: PROVIDER, outcome: 'refused' },
      });
    }
    const group = groupId === undefined || groupId === '' ? {} : { GroupId: groupId };
    return this.http.send({
      ...request,
      query: { ...request.query, ...group },
      headers: { authorization: `Bearer ${apiKey}` },
      ...{ secrets: Object.values(credential.fields), timeoutMs, signal, baseUrl: credential.baseUrl },
    });
  }
}

export const secretsOf = ({ credential }: VendorCall): readonly string[] => Object.values(credential.fields);

/** The error that an answer says; null where it says none, or where it cannot be read under a status of success. */
export function failure(
  api: Api,
  response: VendorHttpResponse,
  effect: CallEffect,
  secrets: readonly string[],
): AppError | null {
  const { status, excerpt } = response;
  const said = codeOf(api, response, secrets);
  if (said !== null && said.code !== 0) return hailuoError({ ...said, status, effect });
  if (isSuccess(response)) return null;
  return hailuoError({ code: null, message: excerpt, requestId: null, status, effect });
}

interface Said {
  readonly code: number;
  readonly message: string;
  readonly requestId: string | null;
}

/** The code of the vendor's table that an answer names, 0 for success; null where it names none. */
export function codeOf(api: Api, { body }: VendorHttpResponse, secrets: readonly string[]): Said | null {
  const v1 = v1EnvelopeSchema.safeParse(body);
  if (v1.success) {
    const { status_code: code, status_msg: message } = v1.data.base_resp;
    return { code, message: redact(message ?? '', secrets), requestId: null };
  }
  const v2 = v2ErrorSchema.safeParse(body);
  if (api === 'v1' || !v2.success) return null;
  const { error, request_id: requestId = null } = v2.data;
  const code = CODE_AT_END.exec(error.message)?.[1];
  return code === undefined
    ? null
    : { code: Number(code), message: redact(error.message, secrets), requestId };
}

const isSuccess = ({ status }: VendorHttpResponse): boolean => status >= 200 && status < 300;
