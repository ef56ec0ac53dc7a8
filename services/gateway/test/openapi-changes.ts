/** A schema as OpenAPI 3.1 has it, as far as clients break by it. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly maxLength?: number;
  readonly maximum?: number;
  readonly minimum?: number;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
}
interface Content {
  readonly schema?: Schema;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content?: Readonly<Record<string, Content>>;
  };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Who writes what is described: what is asked may only grow looser, what is answered may only grow richer. */
type Side = 'asked' | 'answered';

/**
 * What a client of the released API would trip over, a sentence each: routes, answers and fields that are gone, fields that are needed
 * now, values that are no longer taken, types and limits that are narrower. Additions are none.
 */
export function breakingChanges(released: ApiDocument, now: ApiDocument): string[] {
  const comparer = new Comparer(released, now);
  for (const [path, operations] of Object.entries(released.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      comparer.operation(`${method.toUpperCase()} ${path}`, operation, now.paths[path]?.[method]);
    }
  }
  return comparer.found;
}

class Comparer {
  readonly found: string[] = [];
  /** Pairs under way or done: schemas refer to themselves. */
  private readonly seen = new Set<string>();

  constructor(
    private readonly released: ApiDocument,
    private readonly now: ApiDocument,
  ) {}

  operation(name: string, before: Operation, after: Operation | undefined): void {
    if (!after) return void this.found.push(`${name} is gone.`);
    this.parameters(name, before.parameters ?? [], after.parameters ?? []);
    if (after.requestBody?.required === true && before.requestBody?.required !== true) {
      this.found.push(`${name} needs a body now.`);
    }
    this.content(`${name} body`, before.requestBody?.content, after.requestBody?.content, 'asked');
    for (const [status, { content }] of Object.entries(before.responses)) {
      const answer = after.responses[status];
      if (!answer) this.found.push(`${name} no longer answers ${status}.`);
      else this.content(`${name} ${status}`, content, answer.content, 'answered');
    }
  }

  private parameters(name: string, before: readonly Parameter[], after: readonly Parameter[]): void {
    const idOf = (parameter: Parameter): string => `${parameter.in} ${parameter.name}`;
    const known = new Map(before.map((parameter) => [idOf(parameter), parameter]));
    const left = new Set(after.map(idOf));
    for (const id of known.keys()) if (!left.has(id)) this.found.push(`${name} no longer takes ${id}.`);
    for (const parameter of after) {
      const needed = parameter.required === true && known.get(idOf(parameter))?.required !== true;
      if (needed) this.found.push(`${name} needs ${idOf(parameter)} now.`);
    }
  }

  private content(
    where: string,
    before: Operation['responses'][string]['content'],
    after: typeof before,
    side: Side,
  ): void {
    for (const [type, { schema }] of Object.entries(before ?? {})) {
      const next = after?.[type];
      if (!next) this.found.push(`${where} is no longer ${type}.`);
      else if (schema && next.schema) this.schema(where, schema, next.schema, side);
    }
  }

  private schema(where: string, givenBefore: Schema, givenAfter: Schema, side: Side): void {
    const pair = `${side} ${givenBefore.$ref ?? where} ${givenAfter.$ref ?? ''}`;
    if (this.seen.has(pair)) return;
    this.seen.add(pair);
    const before = resolve(this.released, givenBefore);
    const after = resolve(this.now, givenAfter);
    this.types(where, before, after, side);
    if (side === 'asked') this.limits(where, before, after);
    this.properties(where, before, after, side);
    if (before.items && after.items) this.schema(`${where}[]`, before.items, after.items, side);
    before.anyOf?.forEach((option, index) => {
      const next = after.anyOf?.[index];
      if (next) this.schema(`${where}|${index}`, option, next, side);
    });
  }

  private types(where: string, before: Schema, after: Schema, side: Side): void {
    const [was, is] = [listOf(before.type), listOf(after.type)];
    const [narrow, wide] = side === 'asked' ? [was, is] : [is, was];
    if (was.length > 0 && is.length > 0 && narrow.some((type) => !wide.includes(type))) {
      this.found.push(`${where} was ${was.join(' or ')} and is ${is.join(' or ')}.`);
    }
    // An answer may have new words: programs are told to expect them.
    const gone =
      side === 'asked' && after.enum
        ? (before.enum ?? []).filter((value) => !after.enum?.includes(value))
        : [];
    if (gone.length > 0) this.found.push(`${where} no longer takes ${gone.join(', ')}.`);
    if (side === 'asked' && after.enum && !before.enum)
      this.found.push(`${where} takes certain values only now.`);
  }

  private limits(where: string, before: Schema, after: Schema): void {
    const [length, greatest] = [after.maxLength ?? Infinity, after.maximum ?? Infinity];
    if (length < (before.maxLength ?? Infinity))
      this.found.push(`${where} may be at most ${length} long now.`);
    if (greatest < (before.maximum ?? Infinity)) this.found.push(`${where} may be at most ${greatest} now.`);
    const least = after.minimum ?? -Infinity;
    if (least > (before.minimum ?? -Infinity)) this.found.push(`${where} must be at least ${least} now.`);
  }

  private properties(where: string, before: Schema, after: Schema, side: Side): void {
    const needed = new Set(before.required ?? []);
    for (const [name, schema] of Object.entries(before.properties ?? {})) {
      const next = after.properties?.[name];
      if (!next) this.found.push(`${where}.${name} is gone.`);
      else this.schema(`${where}.${name}`, schema, next, side);
    }
    const still = new Set(after.required ?? []);
    if (side === 'asked') {
      for (const name of still) if (!needed.has(name)) this.found.push(`${where}.${name} is needed now.`);
    } else {
      for (const name of needed) {
        if (after.properties?.[name] && !still.has(name))
          this.found.push(`${where}.${name} may be missing now.`);
      }
    }
  }
}

const listOf = (type: Schema['type']): readonly string[] =>
  type === undefined ? [] : typeof type === 'string' ? [type] : type;

function resolve(document: ApiDocument, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (document.components.schemas[name] ?? {});
}
