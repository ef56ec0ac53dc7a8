import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import {
  coherentModelSpecSchema,
  MODELS,
  type AdminModel,
  type Catalogue,
  type ModelSpec,
  type RetireModel,
  type SaveModel,
  type SetPrice,
} from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError, newId, type Clock } from '@shotloom/kernel';
import { writeAudit, type Actor } from '../../audit/audit-log';
import { CatalogueStore } from '../../catalogue/catalogue-store';
import { notFound } from '../../http/path-id';
import type { IdentityTables } from '../../identity/schema/tables';
import { CATALOGUE, CLOCK, DATABASE } from '../../platform/parts';

type Tx = UnitOfWork<IdentityTables>['sql'];
type History = AdminModel['history'][number];

const SHOWN = 100;

/** Models and prices as admins change them while everything runs. Nothing is overwritten: each change is a dated row. */
@Injectable()
export class AdminCatalogue {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly store: CatalogueStore,
  ) {}

  async get(id: string): Promise<AdminModel> {
    const model = this.catalogue.list().find((candidate) => candidate.id === id);
    const builtIn = MODELS.some((candidate) => candidate.id === id);
    const history = await this.history(id);
    if (!model && !builtIn && history.length === 0) throw notFound('model', id);
    const state = model && this.catalogue.state(model, this.clock.now());
    const shown = model &&
      state && { ...model, enabled: state.enabled, reason: state.enabled ? null : state.reason };
    return { model: shown ?? null, built_in: builtIn, history };
  }

  /** Adds a model, or changes one. It has the price that it had; a new one has none, and is refused until it is given one. */
  async save(id: string, { model, valid_from: from, reason }: SaveModel, actor: Actor): Promise<AdminModel> {
    if (model.id !== id || !id.startsWith(`${model.provider}:`)) {
      const why = `The id of the model must be ${id}, and its provider ${id.split(':')[0]}.`;
      throw new AppError('invalid_input', why, { fields: [{ field: 'model.id', reason: why }] });
    }
    // With the price that it has: a size that a rate is about cannot be taken away alone.
    const { price = null } = this.catalogue.list().find((known) => known.id === id) ?? {};
    checkSpec({ ...model, price }, 'model');
    await this.database.run(async ({ sql: tx }) => {
      await addOverride(tx, model, from, actor);
      await audit(tx, actor, 'model.saved', id, { model, valid_from: from ?? null, reason });
    });
    await this.store.changed(id);
    return this.get(id);
  }

  async retire(
    id: string,
    { retires_on, successor, reason }: RetireModel,
    actor: Actor,
  ): Promise<AdminModel> {
    const { price: _, ...model } = this.catalogue.get(id);
    const retired = {
      ...model,
      retires_on,
      successor: successor === undefined ? model.successor : successor,
    };
    await this.database.run(async ({ sql: tx }) => {
      await addOverride(tx, retired, undefined, actor);
      await audit(tx, actor, 'model.retired', id, { retires_on, successor: retired.successor, reason });
    });
    await this.store.changed(id);
    return this.get(id);
  }

  /** Throws `conflict` for a version that the model had before: jobs are pinned to versions, so one version is one price for ever. */
  async setPrice(
    id: string,
    { price, valid_from: from, reason }: SetPrice,
    actor: Actor,
  ): Promise<AdminModel> {
    const model = this.catalogue.list().find((known) => known.id === id);
    const before = model?.price ?? null;
    if (!model && (await this.history(id)).length === 0) throw notFound('model', id);
    if (model) checkSpec({ ...model, price }, 'price');
    const builtIn = MODELS.find((model) => model.id === id)?.price;
    if (price && builtIn?.version === price.version) throw usedVersion(id, price.version);
    await this.database.run(async ({ sql: tx }) => {
      const rowId = newId();
      const { numInsertedOrUpdatedRows: made } = await tx
        .insertInto('identity.prices')
        .values({
          id: rowId,
          model: id,
          version: price?.version ?? rowId,
          price: price && JSON.stringify(price),
          ...validFrom(from),
          created_by: actor.userId,
        })
        .onConflict((conflict) => conflict.constraint('prices_version_key').doNothing())
        .executeTakeFirstOrThrow();
      if (made !== 1n) throw usedVersion(id, price?.version ?? '');
      await audit(tx, actor, 'price.set', id, { from: before, to: price, valid_from: from ?? null, reason });
    });
    await this.store.changed(id);
    return this.get(id);
  }

  private async history(id: string): Promise<History[]> {
    type Row = Omit<History, 'valid_from' | 'created_at'> & { valid_from: Date; created_at: Date };
    const { rows } = await sql<Row>`
      (select 'model' as kind, null as version, spec as content, valid_from, created_at, created_by, id
       from identity.model_overrides where model = ${id} order by valid_from desc, id desc limit ${SHOWN})
      union all
      (select 'price', version, coalesce(price, 'null'), valid_from, created_at, created_by, id
       from identity.prices where model = ${id} order by valid_from desc, id desc limit ${SHOWN})
      order by created_at desc, id desc limit ${SHOWN}`.execute(this.database.sql);
    return rows.map(({ kind, version, content, created_by, ...row }) => ({
      ...{ kind, version, content, created_by },
      valid_from: row.valid_from.toISOString(),
      created_at: row.created_at.toISOString(),
    }));
  }
}

async function addOverride(
  tx: Tx,
  model: Omit<ModelSpec, 'price'>,
  from: string | undefined,
  actor: Actor,
): Promise<void> {
  const spec = JSON.stringify(model);
  await tx
    .insertInto('identity.model_overrides')
    .values({ id: newId(), model: model.id, spec, ...validFrom(from), created_by: actor.userId })
    .execute();
}

const validFrom = (from: string | undefined): { valid_from?: Date } =>
  from === undefined ? {} : { valid_from: new Date(from) };

/** What a schema alone does not see: whether the parts fit each other, a price's rates and the model's sizes for example. */
function checkSpec(given: unknown, under: 'model' | 'price'): void {
  const parsed = coherentModelSpecSchema.safeParse(given);
  if (parsed.success) return;
  const fields = parsed.error.issues.map(({ path, message }) => ({
    field: [under, ...path.filter((step) => step !== 'price')].join('.'),
    reason: /[.!?]$/.test(message) ? message : `${message}.`,
  }));
  throw new AppError('invalid_input', fields.map(({ reason }) => reason).join(' '), { fields });
}

function usedVersion(id: string, version: string): AppError {
  return new AppError('conflict', `${id} had a price ${version} before. Give the new price another version.`);
}

function audit(
  tx: Tx,
  actor: Actor,
  action: string,
  id: string,
  details: Record<string, unknown>,
): Promise<void> {
  return writeAudit(tx, { actor, action, target: { type: 'model', id }, details });
}
