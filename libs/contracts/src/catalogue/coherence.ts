import type { Condition } from './condition';
import { modelSpecSchema, type ModelSpec } from './model';
import { durationsOf, paramSpecOf, takesValue } from './rules';

/** A spec of which the parts fit each other: what rules and rates speak of is there. Use it wherever a spec comes in. */
export const coherentModelSpecSchema = modelSpecSchema.superRefine((model, context) => {
  for (const message of incoherences(model))
    context.addIssue({ code: 'custom', message: `${model.id}: ${message}` });
});

function incoherences(model: ModelSpec): string[] {
  const { constraints, price, vendor_cost: tariff, sizes, duration } = model;
  const conditions = [
    ...constraints.map(({ when }) => when),
    ...[...(price?.rates ?? []), ...(tariff?.rates ?? [])].map(({ when }) => when),
  ];
  const limits: Condition[] = constraints.map(({ only: { sizes, aspect_ratios, params } }) => ({
    ...{ sizes, aspect_ratios, params },
  }));
  return [
    ...(model.default_size in sizes ? [] : [`default_size ${model.default_size} is no size of it.`]),
    ...(durationsOf(model).includes(duration.default) ? [] : ['its default duration is none that it makes.']),
    ...(Object.values(sizes).some((ratios) => model.aspect_ratios.some((ratio) => ratio in ratios))
      ? []
      : ['no size has pixels for one of its ratios.']),
    ...[...conditions, ...limits].flatMap((condition) => unknownIn(model, condition)),
    ...constraints.flatMap(({ only }) =>
      (only.durations ?? [])
        .filter((seconds) => !durationsOf(model).includes(seconds))
        .map((seconds) => `a constraint allows ${seconds} s, which it does not make.`),
    ),
  ];
}

function unknownIn(model: ModelSpec, { sizes, aspect_ratios, params }: Condition): string[] {
  return [
    ...(sizes ?? [])
      .filter((size) => !(size in model.sizes))
      .map((size) => `a rule or rate is about ${size}, which is no size of it.`),
    ...(aspect_ratios ?? [])
      .filter((ratio) => !model.aspect_ratios.includes(ratio))
      .map((ratio) => `a rule or rate is about ${ratio}, which is no ratio of it.`),
    ...Object.entries(params ?? {}).flatMap(([name, values]) => {
      const spec = paramSpecOf(model, name);
      return values
        .filter((value) => spec === undefined || !takesValue(spec, value))
        .map((value) => `a rule or rate is about ${name} ${String(value)}, which it does not take.`);
    }),
  ];
}
