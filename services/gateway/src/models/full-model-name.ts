import type { Catalogue } from '@shotloom/contracts';

/**
 * A model's name as clients of other APIs write it: ours with the provider, or without where one model alone has that name among those
 * that are on, else among all. A name that nobody has stays as it is, for the refusal. Pure.
 */
export function fullModelName(catalogue: Catalogue, name: string, today: Date): string {
  if (name.includes(':')) return name;
  const named = catalogue.list().filter(({ id }) => id.slice(id.indexOf(':') + 1) === name);
  const on = named.filter((model) => catalogue.state(model, today).enabled);
  const [only, ...others] = on.length > 0 ? on : named;
  return only && others.length === 0 ? only.id : name;
}
