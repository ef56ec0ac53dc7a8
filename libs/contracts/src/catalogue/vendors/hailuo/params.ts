import type { ParamSpec } from '../../param-spec';

export const promptOptimizer: ParamSpec = {
  type: 'boolean',
  default: true,
  title: 'Prompt optimizer',
  description: 'The vendor rewrites the prompt before it makes the video; off for exact control.',
};
export const fastPretreatment: ParamSpec = {
  type: 'boolean',
  default: false,
  title: 'Fast optimizer',
  description: 'The prompt optimizer takes less time.',
};
export const watermark: ParamSpec = {
  type: 'boolean',
  default: false,
  title: 'Watermark',
  description: "The vendor's mark is put on the video.",
};
