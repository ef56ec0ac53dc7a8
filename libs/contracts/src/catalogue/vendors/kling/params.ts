import type { Constraint } from '../../condition';
import type { ParamSpec } from '../../param-spec';
import type { KlingSize } from './tariff';

const MODES = { '720P': 'std', '1080P': 'pro', '2160P': '4k' } as const;

/** The vendor's own word for the size. It is left out unless it is given: then the size says it. */
export const mode = (sizes: readonly KlingSize[]): ParamSpec => ({
  type: 'enum',
  values: sizes.map((size) => MODES[size]),
  default: null,
  title: 'Mode',
  description: "The vendor's word for the size: std is 720P, pro is 1080P, 4k is 2160P.",
});
export const modeConstraints = (sizes: readonly KlingSize[]): Constraint[] =>
  sizes.map((size) => ({ when: { params: { mode: [MODES[size]] } }, only: { sizes: [size] } }));

export const sound: ParamSpec = {
  type: 'boolean',
  default: false,
  title: 'Sound',
  description: 'The model makes sound to the picture; it costs more.',
};
export const multiShot: ParamSpec = {
  type: 'boolean',
  default: false,
  title: 'Cuts',
  description: 'The model may cut between several shots of its own.',
};
export const watermark: ParamSpec = {
  type: 'boolean',
  default: false,
  title: 'Watermark',
  description: "The vendor's mark is put on the video.",
};
export const elementIds: ParamSpec = {
  type: 'string',
  max_length: 400,
  default: null,
  title: 'Elements',
  description: 'Up to 3 ids of elements (subjects) that were made at Kling, with commas between.',
};
