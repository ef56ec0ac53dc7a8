import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  acceptJobsRpc,
  describeAssetsRpc,
  priceOf,
  type Catalogue,
  type DescribedAsset,
  type JobRecord,
  type ModelSpec,
  type Operation,
  type Principal,
  type RpcRequest,
} from '@shotloom/contracts';
import { AppError, newId, type Clock } from '@shotloom/kernel';
import { BUS, CATALOGUE, CLOCK } from '../platform/parts';
import { canonicalHash } from './canonical-json';
import { Acceptance } from './acceptance';
import { resolveModel } from './resolve-model';
import { assetNotFound, readSource } from './source-reference';
import {
  buildVideoRequest,
  checkCapabilities,
  checkMetadata,
  checkSource,
  refuseUnsupported,
  type GenerateBody,
} from './video-request';

export interface GenerateCommand {
  readonly principal: Principal;
  readonly operation: Operation;
  readonly body: GenerateBody;
  readonly idempotencyKey: string | undefined;
  /** The body as it came, which the idempotency key is bound to. */
  readonly bodyAsSent: unknown;
  /** Origins that a `file_url` of ours may have. */
  readonly origins: readonly string[];
  readonly requestId: string;
}

export interface Generated {
  readonly jobs: readonly JobRecord[];
  readonly replayed: boolean;
}

const LINK_SECONDS = 60;

/** Turns what a user asks for into accepted jobs. */
@Injectable()
export class Generation {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly acceptance: Acceptance,
  ) {}

  async generate(command: GenerateCommand): Promise<Generated> {
    const { operation, body, principal } = command;
    checkMetadata(body.metadata ?? {});
    const model = resolveModel(this.catalogue, operation, body, this.clock.now());
    refuseUnsupported(checkCapabilities(model, operation, body));
    const asset = operation === 'text-to-video' ? null : await this.findSource(command, model);
    const request = buildVideoRequest(model, operation, body, asset);
    const accept: RpcRequest<typeof acceptJobsRpc> = {
      userId: principal.userId,
      accountId: principal.accountId,
      idempotency: idempotencyOf(command),
      request,
      price: priceOf(model, request.durationSeconds),
      jobIds: Array.from({ length: body.variants ?? 1 }, () => newId()),
      metadata: body.metadata ?? {},
      retryOf: null,
      fallback: [],
      budgets: [],
      weight: 1,
    };
    return this.acceptance.accept(accept, command.requestId);
  }

  private async findSource(command: GenerateCommand, model: ModelSpec): Promise<DescribedAsset> {
    const { field, assetId } = readSource(command.body, command.origins);
    const { assets } = await this.bus.request(
      describeAssetsRpc,
      { userId: command.principal.userId, assetIds: [assetId], expiresInSeconds: LINK_SECONDS },
      { correlationId: command.requestId },
    );
    const [asset] = assets;
    if (!asset) throw assetNotFound(field, assetId);
    const wanted = command.operation === 'image-to-video' ? 'image' : 'video';
    if (asset.kind !== wanted) {
      const reason = `${command.operation} needs ${wanted === 'image' ? 'a picture' : 'a video'}, and this is ${asset.kind === 'image' ? 'a picture' : 'a video'}.`;
      throw new AppError('invalid_input', reason, { fields: [{ field, reason }] });
    }
    refuseUnsupported(checkSource(model, field, asset));
    return asset;
  }
}

function idempotencyOf(command: GenerateCommand): RpcRequest<typeof acceptJobsRpc>['idempotency'] {
  const { idempotencyKey: key, operation } = command;
  if (key === undefined) return null;
  return { route: `POST /api/v1/generate/${operation}`, key, bodyHash: canonicalHash(command.bodyAsSent) };
}
