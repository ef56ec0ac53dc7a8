import { AppError } from '@shotloom/kernel';
import { PROVIDER } from './errors';

export interface HailuoModel {
  readonly api: 'v1' | 'v2';
  /** What the vendor calls it. */
  readonly name: string;
  readonly lastFrame: boolean;
}

const MODELS: Readonly<Record<string, HailuoModel>> = {
  'hailuo-2.3': { api: 'v1', name: 'MiniMax-Hailuo-2.3', lastFrame: false },
  'hailuo-2.3-fast': { api: 'v1', name: 'MiniMax-Hailuo-2.3-Fast', lastFrame: false },
  'hailuo-02': { api: 'v1', name: 'MiniMax-Hailuo-02', lastFrame: true },
  h3: { api: 'v2', name: 'MiniMax-H3', lastFrame: true },
};

/** By the catalogue's id, `hailuo:<name>`. Throws `unsupported_by_model`. */
export function modelOf(modelId: string): HailuoModel {
  const name = modelId.replace(/^hailuo:/, '');
  const model = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (model !== undefined) return model;
  const known = Object.keys(MODELS).join(', ');
  throw new AppError('unsupported_by_model', `Hailuo has no model ${name}. It has: ${known}.`, {
    provider: PROVIDER,
  });
}
