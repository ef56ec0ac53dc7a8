import { AppError } from '@shotloom/kernel';
import { PROVIDER } from './errors';

/** A model under the names that the two generations have for it, and what each lets us say. */
export interface KlingModelNames {
  /** `model_name` of `/v1/videos/...`; null where only the new generation has it. */
  readonly legacy: string | null;
  /** In the path of the new generation. */
  readonly standard: string;
  readonly omni: boolean;
  readonly sound: 'never' | 'always' | 'choice' | '1080P';
  readonly lastFrame: 'never' | 'always' | '1080P';
  /** Cuts of its own are on by default, and have to be switched off. */
  readonly multiShot: boolean;
  /** Characters of a prompt in the new generation. */
  readonly maxPrompt: number;
}

const MODELS: Readonly<Record<string, KlingModelNames>> = {
  'kling-2.5-turbo': {
    ...{ legacy: 'kling-v2-5-turbo', standard: 'kling-2.5-turbo', omni: false, maxPrompt: 2500 },
    ...{ sound: 'never', lastFrame: '1080P', multiShot: false },
  },
  'kling-2.6': {
    ...{ legacy: 'kling-v2-6', standard: 'kling-2.6', omni: false, maxPrompt: 2500 },
    ...{ sound: '1080P', lastFrame: '1080P', multiShot: false },
  },
  'kling-3.0': {
    ...{ legacy: 'kling-v3', standard: 'kling-3.0', omni: false, maxPrompt: 3072 },
    ...{ sound: 'choice', lastFrame: 'always', multiShot: true },
  },
  'kling-3.0-turbo': {
    ...{ legacy: null, standard: 'kling-3.0-turbo', omni: false, maxPrompt: 3072 },
    ...{ sound: 'always', lastFrame: 'never', multiShot: true },
  },
  'kling-3.0-omni': {
    ...{ legacy: null, standard: 'kling-3.0-omni', omni: true, maxPrompt: 3072 },
    ...{ sound: 'choice', lastFrame: 'always', multiShot: true },
  },
  'kling-o1': {
    ...{ legacy: null, standard: 'kling-o1', omni: true, maxPrompt: 2500 },
    ...{ sound: 'never', lastFrame: 'always', multiShot: false },
  },
};

/** By the catalogue's id, `kling:<name>`. Throws `unsupported_by_model`. */
export function namesOf(modelId: string): KlingModelNames {
  const name = modelId.replace(/^kling:/, '');
  const names = Object.hasOwn(MODELS, name) ? MODELS[name] : undefined;
  if (names !== undefined) return names;
  const known = Object.keys(MODELS).join(', ');
  throw new AppError('unsupported_by_model', `Kling has no model ${name}. It has: ${known}.`, {
    provider: PROVIDER,
  });
}
