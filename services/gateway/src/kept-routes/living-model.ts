import type { Adjustment, Catalogue, ModelSpec } from '@shotloom/contracts';
import { fullModelName } from '../models/full-model-name';

/** What older products call models that the catalogue knows by another name, in small letters and with dashes. */
const OLDER_NAMES: Readonly<Record<string, string>> = {
  'sora-1': 'sora:sora-1',
  'sora-2-image-to-video': 'sora:sora-2',
  'gen-3': 'runway:gen3a_turbo',
  'runway-gen-3': 'runway:gen3a_turbo',
};

export interface ChosenModel {
  /** Undefined: the catalogue's first that can do it. */
  readonly model: string | undefined;
  readonly adjustments: readonly Adjustment[];
}

/**
 * The model that an order of an older client is for. One that its vendor has retired becomes the nearest living one, or the
 * installation's usual where that is not on here, and is said; what was never there stays as it is, for the refusal. Pure.
 */
export function chooseModel(
  catalogue: Catalogue,
  asked: string | undefined,
  usual: string | undefined,
  today: Date,
): ChosenModel {
  if (asked === undefined) return { model: usual, adjustments: [] };
  const name = OLDER_NAMES[asked.toLowerCase().replace(/\s+/g, '-')] ?? asked;
  const model = fullModelName(catalogue, name, today);
  const first = find(catalogue, model);
  if (!first || !isRetired(first, today)) return { model, adjustments: [] };
  const living = livingAfter(catalogue, first, today);
  const to = living && catalogue.state(living, today).enabled ? living.id : usual;
  const instead = to === undefined ? 'another that can do it was taken' : `${to} is the nearest that is here`;
  const reason = `${first.id} was retired on ${first.retires_on}; ${instead}.`;
  return { model: to, adjustments: [{ field: 'model', from: asked, to: to ?? null, reason }] };
}

const find = (catalogue: Catalogue, id: string): ModelSpec | undefined =>
  catalogue.list().find((model) => model.id === id);

const isRetired = ({ retires_on: day }: ModelSpec, today: Date): boolean =>
  day !== null && new Date(day) <= today;

/** The end of the chain of successors; an operator's chain may lead nowhere, or in a circle. */
function livingAfter(catalogue: Catalogue, retired: ModelSpec, today: Date): ModelSpec | undefined {
  const seen = new Set<string>();
  let model: ModelSpec | undefined = retired;
  while (model && isRetired(model, today) && !seen.has(model.id)) {
    seen.add(model.id);
    model = find(catalogue, model.successor ?? '');
  }
  return model && !isRetired(model, today) ? model : undefined;
}
