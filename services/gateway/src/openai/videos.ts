import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type {
  AssetRecord,
  Catalogue,
  CreateVideo,
  JobRecord,
  Operation,
  Principal,
} from '@shotloom/contracts';
import { AppError, type Clock } from '@shotloom/kernel';
import { Generation } from '../generate/generation';
import { readIdempotencyKey } from '../generate/idempotency-key';
import { ownOrigins, type Config } from '../config';
import { CATALOGUE, CLOCK, CONFIG } from '../platform/parts';
import type { TakenAsset } from '../uploads/uploads';
import { UserFiles, type TakenFile } from '../uploads/user-files';
import { fullModelName } from '../models/full-model-name';
import { readOrder } from './order';
import { RepeatedCreates } from './repeated-creates';

const ROUTE = 'POST /v1/videos';
const RETRY_COUNT = 'x-stainless-retry-count';

export interface CreatedVideo {
  readonly job: JobRecord;
  readonly replayed: boolean;
}

/** Orders in OpenAI's words, as jobs of ours. */
@Injectable()
export class OpenAiVideos {
  constructor(
    private readonly generation: Generation,
    private readonly files: UserFiles,
    private readonly repeated: RepeatedCreates,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** What the model cannot do becomes the nearest that it can. A picture that came with a refused order is not kept. */
  async create(request: FastifyRequest, principal: Principal): Promise<CreatedVideo> {
    let picture: TakenAsset | undefined;
    try {
      const body = await readOrder(request, async (file) => {
        picture = await this.files.take(file, principal, request.id);
      });
      const inline = inlinePicture(body);
      if (inline) picture = await this.files.take(inline, principal, request.id);
      const made = await this.order(body, picture, request, principal);
      if (made.replayed && picture) await this.files.discard(picture, request.id);
      return made;
    } catch (error) {
      // Where it is not known whether the job is there, its picture must stay.
      if (picture && AppError.from(error).outcome === 'refused')
        await this.files.discard(picture, request.id);
      throw error;
    }
  }

  private async order(
    body: CreateVideo,
    picture: AssetRecord | undefined,
    request: FastifyRequest,
    principal: Principal,
  ): Promise<CreatedVideo> {
    const source = picture ? { asset_id: picture.assetId } : referenceOf(body);
    const operation: Operation = source === null ? 'text-to-video' : 'image-to-video';
    const wish = { ...body, picture: picture?.sha256 ?? null };
    const idempotencyKey =
      readIdempotencyKey(request.headers['idempotency-key'] as string | undefined) ??
      (await this.repeated.keyFor({ principal, wish, sentBefore: sentBefore(request) }));
    const { jobs, replayed } = await this.generation.generate({
      principal,
      operation,
      body: { ...this.wished(body), ...source },
      idempotencyKey,
      bodyAsSent: wish,
      route: ROUTE,
      origins: ownOrigins(this.config, request),
      requestId: request.id,
      nearest: true,
    });
    const [job] = jobs;
    if (!job) throw new AppError('internal', 'A video was ordered without a job.');
    return { job, replayed };
  }

  private wished({ model, seconds, size, aspect_ratio, prompt, negative_prompt, seed }: CreateVideo) {
    return {
      prompt,
      negative_prompt,
      seed,
      size,
      aspect_ratio,
      duration: seconds,
      model:
        model === undefined
          ? this.config.DEFAULT_MODEL
          : fullModelName(this.catalogue, model, this.clock.now()),
      // A setting of the caller's own for the other routes must not make five videos of one.
      variants: 1,
    };
  }
}

/** A picture that JSON names: an upload of ours by its id or its address. */
function referenceOf({
  input_reference: reference,
}: CreateVideo): { asset_id: string } | { file_url: string } | null {
  if (reference === undefined) return null;
  if ('file_id' in reference) return { asset_id: reference.file_id };
  return { file_url: reference.image_url };
}

const DATA_URL = /^data:image\/(?:png|jpeg|jpg|webp);base64,([A-Za-z0-9+/]+={0,2})$/;

/** A picture that is in the JSON itself; as large as a JSON body may be. Undefined where there is none. */
function inlinePicture({ input_reference: reference }: CreateVideo): TakenFile | undefined {
  if (reference === undefined || !('image_url' in reference)) return undefined;
  const [, base64] = DATA_URL.exec(reference.image_url) ?? [];
  return base64 === undefined
    ? undefined
    : { file: Readable.from([Buffer.from(base64, 'base64')]), filename: undefined };
}

function sentBefore({ headers }: FastifyRequest): number {
  const count = Number(headers[RETRY_COUNT]);
  return Number.isInteger(count) && count > 0 ? count : 0;
}
