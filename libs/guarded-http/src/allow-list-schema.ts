import { z } from 'zod';
import { AllowList } from './allow-list';

/** An `AllowList` as an environment variable has it; what cannot be read is an issue that says which entry. */
export const allowListSchema = z.string().transform((text, context) => {
  try {
    return AllowList.parse(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be read' });
    return z.NEVER;
  }
});
