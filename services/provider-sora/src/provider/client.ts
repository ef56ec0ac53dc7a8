import { AppError } from '@shotloom/kernel';
import {
  readShape,
  wrongShape,
  type CallEffect,
  type MultipartPart,
  type OpenedResponse,
  type VendorCall,
  type VendorHttpClient,
  type VendorHttpRequest,
  type VendorHttpResponse,
} from '@shotloom/provider-kit';
import type { z } from 'zod';
import { openAiEnded, PROVIDER, soraError } from './errors';
import { createdSchema, errorSchema, videoSchema } from './schemas';

export type Video = z.output<typeof videoSchema>;

const VIDEOS = '/v1/videos';
const oneVideo = (id: string): string => `${VIDEOS}/${encodeURIComponent(id)}`;

/** The calls of the protocol. Credential field: `apiKey`. Throws `AppError` only. */
export class SoraClient {
  constructor(
    private readonly http: VendorHttpClient,
    private readonly baseUrl: string,
  ) {}

  /** Makes a video, and gives its id. `outcome` of the error says whether one may exist. */
  async create(multipart: readonly MultipartPart[], call: VendorCall): Promise<string> {
    const request = { method: 'POST', path: VIDEOS, multipart, effect: 'creates' } as const;
    const response = await this.http.send({ ...request, ...this.common(call) });
    if (!isSuccess(response)) throw failure(response, 'creates');
    const created = readShape(createdSchema, response.body);
    if (created.ok) return created.data.id;
    throw wrongShape(PROVIDER, created.problem, 'unknown');
  }

  /** Throws `not_found` where the server does not know it. */
  async video(id: string, call: VendorCall): Promise<Video> {
    const response = await this.read(oneVideo(id), {}, call);
    const read = readShape(videoSchema, response.body);
    if (!read.ok) throw wrongShape(PROVIDER, read.problem, 'accepted');
    if (read.data.id !== id) throw wrongShape(PROVIDER, 'it is about another video', 'accepted');
    return read.data;
  }

  /** One line of the list: it costs nothing, and says whether the key is one. */
  async check(call: VendorCall): Promise<void> {
    await this.read(VIDEOS, { limit: '1' }, call);
  }

  /** The bytes of a video, or a redirect to them; the key is not sent after it. */
  async content(id: string, call: VendorCall): Promise<OpenedResponse> {
    const { headers, ...common } = this.common(call);
    const opened = await this.http.open({
      ...{ ...common, path: `${oneVideo(id)}/content` },
      // As they are: a length that is told must be the length that comes.
      headers: { ...headers, 'accept-encoding': 'identity' },
    });
    if (opened.content === null && !isRedirect(opened)) throw failure(opened, 'reads');
    return opened;
  }

  /** Where the content of a video is, for people; it opens with the key only. */
  contentUrl(id: string, call: VendorCall): string {
    return `${this.rootOf(call)}${oneVideo(id)}/content`;
  }

  private async read(
    path: string,
    query: Readonly<Record<string, string>>,
    call: VendorCall,
  ): Promise<VendorHttpResponse> {
    const response = await this.http.send({
      ...{ method: 'GET', path, query, effect: 'reads' },
      ...this.common(call),
    });
    if (!isSuccess(response)) throw failure(response, 'reads');
    return response;
  }

  private common(
    call: VendorCall,
  ): Pick<VendorHttpRequest, 'headers' | 'secrets' | 'timeoutMs' | 'signal' | 'baseUrl'> {
    const { credential, timeoutMs, signal } = call;
    const { apiKey } = credential.fields;
    const baseUrl = this.rootOf(call);
    if (new URL(baseUrl).hostname === 'api.openai.com') throw openAiEnded();
    if (apiKey === undefined || apiKey === '') {
      throw new AppError(
        'provider_auth_failed',
        'The credential has no apiKey. Give the key of the server.',
        {
          ...{ provider: PROVIDER, outcome: 'refused' },
        },
      );
    }
    return {
      headers: { authorization: `Bearer ${apiKey}` },
      ...{ secrets: Object.values(credential.fields), timeoutMs, signal, baseUrl },
    };
  }

  /** With or without `/v1`, as people copy it from the settings of OpenAI's clients. */
  private rootOf({ credential }: VendorCall): string {
    return (credential.baseUrl ?? this.baseUrl).replace(/\/+$/, '').replace(/\/v1$/, '');
  }
}

export const isRedirect = ({ status }: { readonly status: number }): boolean => status >= 300 && status < 400;
const isSuccess = ({ status }: VendorHttpResponse): boolean => status >= 200 && status < 300;

function failure({ status, headers, body, excerpt }: VendorHttpResponse, effect: CallEffect): AppError {
  const said = errorSchema.safeParse(body);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return soraError({
    ...{ status, effect, requestId: headers.get('x-request-id') },
    vendorCode: said.success ? said.data.code : null,
    // The excerpt, since secrets have been cut out of it.
    message: excerpt,
    retryAfterMs: seconds >= 0 ? seconds * 1_000 : null,
  });
}
