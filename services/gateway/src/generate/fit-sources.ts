import type { Adjustment, JobInput, ModelSpec } from '@shotloom/contracts';
import type { FieldError } from '@shotloom/kernel';
import { checkSource, pictureLimitsOf } from './check-sources';
import { planFit } from './fit-picture';
import type { Pixels } from './frame';
import { formatWords, type PictureFacts } from './picture-limits';
import { toInput, type Source } from './sources';

/** The inputs of a job as they will be kept, what the user is told of them, and what cannot be done. */
export interface FittedSources {
  readonly inputs: JobInput[];
  readonly adjustments: readonly Adjustment[];
  readonly problems: readonly FieldError[];
}

/** Plans what becomes of each picture before its vendor gets it. `frame`: the pixels of the video. */
export function fitSources(model: ModelSpec, sources: readonly Source[], frame: Pixels): FittedSources {
  const fitted = sources.map((source) => fitSource(model, source, frame));
  return {
    inputs: fitted.map(({ input }) => input),
    adjustments: fitted.flatMap(({ adjustment }) => adjustment ?? []),
    problems: sources.flatMap((source) => checkSource(model, source, frame)),
  };
}

function fitSource(
  model: ModelSpec,
  source: Source,
  frame: Pixels,
): { readonly input: JobInput; readonly adjustment?: Adjustment } {
  const { role, field, asset } = source;
  const limits = role === 'video' ? null : pictureLimitsOf(model, role);
  const plan = limits === null ? null : planFit(limits, asset, frame);
  if (plan?.kind !== 'fit') return { input: toInput(source) };
  const input = toInput(source, plan.fit);
  if (plan.change === null) return { input };
  const reason = `${model.id} ${plan.change}`;
  return { input, adjustment: { field, from: words(asset), to: words(plan.fit), reason } };
}

/** For example `4032x3024 PNG`. */
const words = ({ width, height, contentType }: Pick<PictureFacts, 'width' | 'height' | 'contentType'>) =>
  `${width}x${height} ${formatWords([contentType])}`;
