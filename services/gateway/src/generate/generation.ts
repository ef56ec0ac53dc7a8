import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  acceptJobsRpc,
  watchJobsRpc,
  type Adjustment,
  type Catalogue,
  type JobRecord,
  type ModelSpec,
  type Operation,
  type Principal,
  type RpcRequest,
} from '@shotloom/contracts';
import { AppError, newId, type Clock, type FieldError } from '@shotloom/kernel';
import { AccountLimits } from '../limits/account-limits';
import { planTerms } from '../limits/plan-terms';
import { BUS, CATALOGUE, CLOCK } from '../platform/parts';
import { OwnKeys, type OwnKeyTerms } from '../providers/own-keys';
import { SourceImports } from '../uploads/source-imports';
import { Acceptance } from './acceptance';
import { adapt, type Adapted } from './adapt';
import {
  fitFallback,
  nameFallback,
  priced,
  refuseDearer,
  type FallbackModel,
  type PricedRequest,
} from './fallback';
import { Lookups } from './lookups';
import { bindKey, type BoundKey } from './idempotency-key';
import { resolveModel } from './resolve-model';
import { checkSources } from './check-sources';
import { foreignSources, withImported } from './foreign-sources';
import { findSources, mainAsset, nameSources, type Source } from './sources';
import {
  buildVideoRequest,
  checkCapabilities,
  checkMetadata,
  refuseUnsupported,
  requirePrompt,
  type GenerateBody,
} from './video-request';

export interface GenerateCommand {
  readonly principal: Principal;
  readonly operation: Operation;
  readonly body: GenerateBody;
  readonly idempotencyKey: string | undefined;
  /** The body as it came, which the idempotency key is bound to. */
  readonly bodyAsSent: unknown;
  /** The route that the key belongs to, where it is not the operation's own. */
  readonly route?: string;
  /** Origins that a `file_url` of ours may have. */
  readonly origins: readonly string[];
  readonly requestId: string;
  /**
   * For routes that promise to take anything: what the model cannot do becomes the nearest that it can, and is said. So it is
   * wherever a provider is named and no model: then the model is of our choosing.
   */
  readonly nearest?: boolean;
  /** What was changed in it before it came here. */
  readonly adjustments?: readonly Adjustment[];
}

/** The part of it that says what is wanted, for a price too. */
export type ResolveCommand = Omit<GenerateCommand, 'idempotencyKey' | 'bodyAsSent' | 'route'>;

/** A request that can be ordered: the main model's, and those that it may fall back to, each at its price of today. */
export interface Resolved {
  readonly main: PricedRequest;
  readonly fallback: readonly PricedRequest[];
  /** How many videos were asked for, by the request or by what its user likes. */
  readonly variants: number;
}

export interface Generated {
  readonly jobs: readonly JobRecord[];
  readonly replayed: boolean;
}

/** What a request is resolved with. */
interface Known {
  readonly sources: readonly Source[];
  readonly terms: OwnKeyTerms;
  readonly catalogue: Catalogue;
}

/** Turns what a user asks for into accepted jobs. */
@Injectable()
export class Generation {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly acceptance: Acceptance,
    private readonly limits: AccountLimits,
    private readonly ownKeys: OwnKeys,
    private readonly imports: SourceImports,
  ) {}

  /** Files of other servers are imported first, and given back where nothing was ordered. */
  async generate(command: GenerateCommand): Promise<Generated> {
    const { body, origins, principal } = command;
    const foreign = foreignSources(body, origins);
    if (foreign.length === 0) return this.order(command);
    const imported = await this.imports.take(foreign, principal);
    try {
      const generated = await this.order({ ...command, body: withImported(body, imported) });
      await this.imports.settle(imported, principal);
      return generated;
    } catch (error) {
      // Where it is not known whether the job is there, its sources must stay.
      if (AppError.from(error).outcome === 'refused') await this.imports.giveBack(imported, principal);
      throw error;
    }
  }

  private async order(command: GenerateCommand): Promise<Generated> {
    const { body, principal } = command;
    const [{ main, fallback, variants }, limits] = await Promise.all([
      this.resolve(command),
      this.limits.of(principal),
    ]);
    const accept: RpcRequest<typeof acceptJobsRpc> = {
      userId: principal.userId,
      accountId: principal.accountId,
      idempotency: idempotencyOf(command),
      ...main,
      jobIds: Array.from({ length: variants }, () => newId()),
      metadata: body.metadata ?? {},
      retryOf: null,
      fallback: [...fallback],
      ...planTerms(principal, limits, { priority: body.priority, at: this.clock.now() }),
    };
    if (body.webhook_url !== undefined) await this.watch(accept, body.webhook_url, command.requestId);
    return this.acceptance.accept(accept, command.requestId);
  }

  /** Before they are accepted, so that nothing of them is missed; what is not accepted after all is forgotten after a day. */
  private async watch(
    { userId, accountId, jobIds }: RpcRequest<typeof acceptJobsRpc>,
    url: string,
    correlationId: string,
  ): Promise<void> {
    await this.bus.request(watchJobsRpc, { userId, accountId, jobIds, url }, { correlationId });
  }

  /** Everything that is checked and priced before something is accepted: what passes here can be ordered. */
  resolve(command: ResolveCommand): Promise<Resolved> {
    return this.resolveWith(command, this.lookupsOf(command));
  }

  /** The same for many requests of one user, in their order: what is wrong with one is its own answer and stops no other. */
  async resolveEach(commands: readonly ResolveCommand[]): Promise<readonly (Resolved | AppError)[]> {
    const [first] = commands;
    if (!first) return [];
    const lookups = this.lookupsOf(first);
    // All sources by one question. What cannot be read is told by the request itself.
    await lookups.assetsOf(commands.flatMap(assetsNamed));
    return Promise.all(
      commands.map((command) =>
        this.resolveWith(command, lookups).catch((error: unknown) => AppError.from(error)),
      ),
    );
  }

  private lookupsOf({ principal: { userId }, requestId }: ResolveCommand): Lookups {
    return new Lookups({ bus: this.bus, ownKeys: this.ownKeys }, userId, requestId);
  }

  private async resolveWith(command: ResolveCommand, lookups: Lookups): Promise<Resolved> {
    const { operation } = command;
    checkMetadata(command.body.metadata ?? {});
    const terms = await lookups.termsOf();
    const wished = await withSettings(command, lookups);
    // One state of the catalogue for the whole request, whatever an operator changes meanwhile.
    const catalogue = this.catalogue.snapshot();
    const model = resolveModel(catalogue, operation, wished, this.clock.now());
    const nearest = command.nearest ?? (command.body.provider !== undefined && wished.model === undefined);
    const adapted = nearest ? await adaptWith(command, model, wished, lookups) : null;
    const { body } = adapted ?? { body: wished };
    const adjustments = [...(command.adjustments ?? []), ...(adapted?.adjustments ?? [])];
    requirePrompt(model, operation, body);
    refuseUnsupported(checkCapabilities(model, operation, body));
    const others = nameFallback(catalogue, model, body.fallback ?? []);
    const sources = adapted?.sources ?? (await readSources(command, body, lookups));
    refuseUnsupported(checkSources(model, sources));
    const main = priced(model, buildVideoRequest(model, operation, body, sources, adjustments), terms);
    const fallback = this.fallBackFrom(main, others, body, { sources, terms, catalogue });
    return { main, fallback, variants: body.variants ?? 1 };
  }

  /** Every model of the chain must be able to do it, and be within the price: a chain is what the user has agreed to. */
  private fallBackFrom(
    main: PricedRequest,
    others: readonly FallbackModel[],
    body: GenerateBody,
    { sources, terms, catalogue }: Known,
  ): PricedRequest[] {
    const links: PricedRequest[] = [];
    const problems: FieldError[] = [];
    for (const other of others) {
      const state = catalogue.state(other.model, this.clock.now());
      const fit = state.enabled
        ? fitFallback(other, main.request, body, sources, terms)
        : [{ field: other.field, reason: state.reason }];
      if ('request' in fit) links.push(fit);
      else problems.push(...fit);
    }
    refuseUnsupported(problems);
    const fields = ['max_price_credits', ...others.map(({ field }) => field)];
    refuseDearer([main, ...links], fields, body.max_price_credits);
    return links;
  }
}

/** A request that names a provider and leaves something open gets what its user likes there. */
async function withSettings({ body }: ResolveCommand, lookups: Lookups): Promise<GenerateBody> {
  if (body.provider === undefined) return body;
  const liked = await lookups.settingsOf(body.provider);
  const shape = body.size === undefined && body.aspect_ratio === undefined;
  return {
    ...body,
    model: body.model ?? liked.model,
    variants: body.variants ?? liked.variants,
    ...(shape ? { size: liked.size, aspect_ratio: liked.aspect_ratio } : {}),
  };
}

/** The shape of the picture or video decides what is nearest. What the model takes of the sources was found with the rest. */
async function adaptWith(
  command: ResolveCommand,
  model: ModelSpec,
  wished: GenerateBody,
  lookups: Lookups,
): Promise<Adapted & Pick<Known, 'sources'>> {
  const { operation, origins } = command;
  const found = await readSources(command, wished, lookups);
  const adapted = adapt(model, operation, wished, mainAsset(found));
  const assets = found.map(({ asset }) => asset);
  return {
    ...adapted,
    sources: findSources(operation, nameSources(operation, adapted.body, origins), assets),
  };
}

async function readSources(
  { operation, origins }: ResolveCommand,
  body: GenerateBody,
  lookups: Lookups,
): Promise<Source[]> {
  const named = nameSources(operation, body, origins);
  if (named.length === 0) return [];
  return findSources(operation, named, await lookups.assetsOf(named.map(({ assetId }) => assetId)));
}

function assetsNamed({ operation, body, origins }: ResolveCommand): string[] {
  try {
    return nameSources(operation, body, origins).map(({ assetId }) => assetId);
  } catch {
    return [];
  }
}

function idempotencyOf(command: GenerateCommand): BoundKey | null {
  const { idempotencyKey, operation, route = `POST /api/v1/generate/${operation}`, bodyAsSent } = command;
  return bindKey(idempotencyKey, route, bodyAsSent);
}
