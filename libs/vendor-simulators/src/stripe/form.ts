/** Parameters as Stripe encodes them: `line_items[0][price_data][currency]=usd`, the same in bodies and queries. */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type Form = { [key: string]: FormValue };

const KEY = /^([^[\]]+)((?:\[[^[\]]*\])*)$/;
const MAX_DEPTH = 10;

/** Null where a name cannot be read. Objects whose keys are 0, 1, 2 … are lists; `a[]` appends. */
export function parseForm(text: string): Form | null {
  const root: Form = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const [, head, rest = ''] = KEY.exec(name) ?? [];
    if (head === undefined) return null;
    const path = [head, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map(([, part]) => part ?? '')];
    if (path.length > MAX_DEPTH || path.includes('__proto__')) return null;
    put(root, path, value);
  }
  return toLists(root) as Form;
}

function put(root: Form, path: readonly string[], value: string): void {
  let place = root;
  path.forEach((step, index) => {
    const key = step === '' ? `${Object.keys(place).length}` : step;
    if (index === path.length - 1) {
      place[key] = value;
      return;
    }
    const next = place[key];
    if (typeof next === 'object' && !Array.isArray(next)) place = next;
    else place = place[key] = {};
  });
}

function toLists(value: FormValue): FormValue {
  if (typeof value === 'string' || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, toLists(item)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === `${index}`);
  return isList ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}
