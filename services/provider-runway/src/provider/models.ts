import { AppError } from '@shotloom/kernel';
import { PROVIDER } from './errors';

export interface RunwayModel {
  /** What the vendor calls it. */
  readonly name: string;
  readonly lastFrame: boolean;
  readonly negativePrompt: boolean;
  /** Whether it is told if there is sound. */
  readonly audio: boolean;
  readonly fromText: boolean;
}

const GEN4 = { lastFrame: false, negativePrompt: false, audio: false } as const;
const VEO = { lastFrame: true, negativePrompt: true, audio: true, fromText: true } as const;

const MODELS: Readonly<Record<string, RunwayModel>> = {
  gen4_turbo: { name: 'gen4_turbo', ...GEN4, fromText: false },
  'gen4.5': { name: 'gen4.5', ...GEN4, fromText: true },
  'veo3.1': { name: 'veo3.1', ...VEO },
  'veo3.1_fast': { name: 'veo3.1_fast', ...VEO },
};

/** By the catalogue's id, `runway:<name>`. Throws `unsupported_by_model`. */
export function modelOf(modelId: string): RunwayModel {
  const name = modelId.replace(/^runway:/, '');
  const model = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (model !== undefined) return model;
  const known = Object.keys(MODELS).join(', ');
  throw new AppError(
    'unsupported_by_model',
    `Runway has no model ${name} that is used here. It has: ${known}.`,
    {
      provider: PROVIDER,
    },
  );
}
