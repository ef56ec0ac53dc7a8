import type { ParamSpec } from '../../param-spec';

export const audio: ParamSpec = {
  type: 'boolean',
  default: true,
  title: 'Sound',
  description: 'The model makes sound to the picture; it costs more.',
};
export const publicFigures: ParamSpec = {
  type: 'enum',
  values: ['auto', 'low'],
  default: 'auto',
  title: 'Public figures',
  description: 'low is less strict about people who are widely known.',
};
