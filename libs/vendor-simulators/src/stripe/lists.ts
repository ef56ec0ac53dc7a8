import type { Form, FormValue } from './form';
import { invalid, missing } from './stripe-error';

interface Listed {
  readonly id: string;
  readonly created: number;
}

/** A page of objects that have the values asked for, newest first. */
export function listOf<T extends Listed>(
  url: string,
  items: readonly T[],
  params: Form,
  filters: readonly string[],
): object {
  const fitting = items.filter((item) =>
    filters.every((name) => {
      const wanted = params[name];
      return wanted === undefined || wanted === 'all' || (item as Record<string, unknown>)[name] === wanted;
    }),
  );
  return pageOf(url, fitting, params);
}

/** `limit`, `starting_after`, `ending_before` and `created`, as https://docs.stripe.com/api/pagination says. */
export function pageOf<T extends Listed>(url: string, items: readonly T[], params: Form): object {
  const limit = Number(params['limit'] ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw invalid('This value must be less than or equal to 100.', { param: 'limit' });
  }
  const newest = [...items].reverse().filter((item) => isInRange(item.created, params['created']));
  const { starting_after: after, ending_before: before } = params;
  const place = (id: FormValue, name: string): number => {
    const index = newest.findIndex((item) => item.id === id);
    if (index < 0) throw missing('object', typeof id === 'string' ? id : name, name, 400);
    return index;
  };
  if (before !== undefined) {
    const end = place(before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', url, data: newest.slice(start, end), has_more: start > 0 };
  }
  const start = after === undefined ? 0 : place(after, 'starting_after') + 1;
  const data = newest.slice(start, start + limit);
  return { object: 'list', url, data, has_more: newest.length > start + limit };
}

/** Objects that keep their order, by pages that go on only forwards. */
export function pageInOrder<T extends { readonly id: string }>(
  url: string,
  items: readonly T[],
  params: Form,
): object {
  const limit = Number(params['limit'] ?? 10);
  const { starting_after: after } = params;
  const start = after === undefined ? 0 : items.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) {
    throw missing('object', typeof after === 'string' ? after : 'starting_after', 'starting_after', 400);
  }
  const data = items.slice(start, start + limit);
  return { object: 'list', url, data, has_more: items.length > start + limit };
}

function isInRange(created: number, range: FormValue | undefined): boolean {
  if (range === undefined) return true;
  if (typeof range === 'string') return created === Number(range);
  if (Array.isArray(range)) return false;
  const holds: Record<string, (limit: number) => boolean> = {
    gt: (limit) => created > limit,
    gte: (limit) => created >= limit,
    lt: (limit) => created < limit,
    lte: (limit) => created <= limit,
  };
  return Object.entries(range).every(([name, limit]) => holds[name]?.(Number(limit)) ?? false);
}
