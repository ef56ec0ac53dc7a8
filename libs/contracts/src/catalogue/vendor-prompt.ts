import { STYLE_PRESETS, type StylePresetId } from './style-presets';

export interface VendorPrompt {
  readonly prompt: string;
  /** Empty where there is nothing to avoid, and where it was folded. */
  readonly negative: string;
}

/**
 * The words as a vendor gets them: the style's fragments beside the user's. `folded`: the vendor has no field for what to avoid, so
 * that it stands at the end of the prompt. Pure.
 */
export function vendorPrompt(
  request: {
    readonly prompt: string;
    readonly negativePrompt: string | null;
    readonly stylePreset: StylePresetId | null;
  },
  negativeField: 'apart' | 'folded',
): VendorPrompt {
  const style = STYLE_PRESETS.find(({ id }) => id === request.stylePreset);
  const prompt = joined(request.prompt, style?.positive);
  const negative = joined(request.negativePrompt, style?.negative);
  if (negativeField === 'apart' || negative === '') return { prompt, negative };
  const end = prompt === '' || /[.!?。！？]$/u.test(prompt) ? '' : '.';
  return { prompt: `${prompt}${end} Avoid: ${negative}.`.trimStart(), negative: '' };
}

const joined = (...parts: (string | null | undefined)[]): string =>
  parts.filter((part) => part !== null && part !== undefined && part !== '').join(', ');
