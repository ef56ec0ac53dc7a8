import { z } from 'zod';

export interface ConvertedSchema {
  readonly schema: Record<string, unknown>;
  readonly components: Record<string, Record<string, unknown>>;
}

/**
 * A zod schema as JSON Schema of OpenAPI 3.1. One with a `meta({ id })` becomes a component of that name, at the root as
 * anywhere inside.
 */
export function convertSchema(
  schema: unknown,
  { schemaType }: { schemaType: 'input' | 'output' },
): ConvertedSchema {
  const {
    $schema: _,
    $defs,
    ...root
  } = z.toJSONSchema(schema as z.ZodType, {
    target: 'draft-2020-12',
    io: schemaType,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // An answer may get new fields within a version, so it must not say that it never will.
      if (schemaType === 'output' && jsonSchema.additionalProperties === false) {
        delete jsonSchema.additionalProperties;
      }
    },
  });
  const components = Object.fromEntries(
    Object.entries($defs ?? {}).map(([name, definition]) => [name, withoutId({ ...definition })]),
  );
  const id = typeof root['id'] === 'string' ? root['id'] : undefined;
  if (id === undefined) return { schema: withoutId(root), components };
  return {
    schema: { $ref: `#/components/schemas/${id}` },
    components: { ...components, [id]: withoutId(root) },
  };
}

function withoutId({ id: _, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}
