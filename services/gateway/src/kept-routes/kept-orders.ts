import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Catalogue, JobRecord, Principal } from '@shotloom/contracts';
import { AppError, type Clock } from '@shotloom/kernel';
import { ownOrigins, type Config } from '../config';
import { Generation } from '../generate/generation';
import { readIdempotencyKey } from '../generate/idempotency-key';
import type { GenerateBody } from '../generate/video-request';
import { withFieldNames } from '../http/field-names';
import { CATALOGUE, CLOCK, CONFIG } from '../platform/parts';
import { chooseModel } from './living-model';

/** An order as an older route took it. */
export interface KeptOrder {
  readonly route: string;
  /** Its fields in our words; the model as its client wrote it. */
  readonly body: Omit<GenerateBody, 'model'> & { readonly model?: string | undefined };
  /** Our names of fields that the route calls otherwise. */
  readonly names: Readonly<Record<string, string>>;
  /** The `Idempotency-Key`, as it came. */
  readonly key: string | undefined;
  readonly principal: Principal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Orders of older clients: one video each. What the model cannot do becomes the nearest that it can. */
@Injectable()
export class KeptOrders {
  constructor(
    private readonly generation: Generation,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async place({ route, body, names, key, principal, request, reply }: KeptOrder): Promise<JobRecord> {
    const { file_url: url, asset_id: asset } = body;
    const usual = this.config.DEFAULT_MODEL;
    const { model, adjustments } = chooseModel(this.catalogue, body.model, usual, this.clock.now());
    const { jobs, replayed } = await withFieldNames(names, () =>
      this.generation.generate({
        ...{ principal, route, adjustments, requestId: request.id },
        operation: url === undefined && asset === undefined ? 'text-to-video' : 'image-to-video',
        // A setting of the caller's own for the other routes must not make five videos of one.
        body: { ...body, model, variants: 1 },
        idempotencyKey: readIdempotencyKey(key),
        bodyAsSent: request.body,
        origins: ownOrigins(this.config, request),
        nearest: true,
      }),
    );
    const [job] = jobs;
    if (!job) throw new AppError('internal', 'A video was ordered without a job.');
    if (replayed) void reply.header('idempotency-replayed', 'true');
    return job;
  }
}
