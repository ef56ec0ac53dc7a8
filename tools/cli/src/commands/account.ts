import { print, type Command } from '../context';
import { EXIT } from '../exit-codes';

export const listModels: Command = async (context) => {
  for (const model of await context.client.models({ signal: context.signal })) {
    const state = model.enabled ? model.description : (model.reason ?? 'not available');
    print(context, model, `${model.id.padEnd(32)} ${model.operations.join(', ')}\n    ${state}`);
  }
  return EXIT.ok;
};

export const showCredits: Command = async (context) => {
  const credits = await context.client.credits({ signal: context.signal });
  print(context, credits, `${credits.available} credits available, ${credits.held} held for running jobs`);
  return EXIT.ok;
};
