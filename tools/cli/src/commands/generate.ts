import { basename } from 'node:path';
import type { Accepted, ImageToVideo } from '@shotloom/sdk';
import { text, wholeNumber } from '../arguments';
import { print, type Command, type Context } from '../context';
import { EXIT, UsageError } from '../exit-codes';
import { sendFile } from './upload';
import { isFile } from '../is-file';
import { waitForJob } from '../wait-for-job';

/** From a picture, a video or words to a file. */
export const generate: Command = async (context) => {
  const { file, prompt } = await readOperands(context.arguments.operands);
  const { job } = await order(context, file, prompt);
  if (context.arguments.values['no-wait'] === true) {
    print(context, job, job.id);
    return EXIT.ok;
  }
  if (!context.json) context.terminal.err(`${job.id}: ${job.model}, ${job.price.credits} credits held\n`);
  return waitForJob(context, job.id, text(context.arguments, 'out'));
};

/** One operand is the prompt, unless it is a file; two are a file and a prompt. */
async function readOperands(
  operands: readonly string[],
): Promise<{ file: string | undefined; prompt: string }> {
  const [first, second, ...more] = operands;
  if (first === undefined) throw new UsageError('What should be made? See `shotloom --help`.');
  if (more.length > 0) throw new UsageError('Too many words: put the prompt between quotation marks.');
  if (second === undefined && !(await isFile(first))) return { file: undefined, prompt: first };
  if (!(await isFile(first))) throw new UsageError(`There is no file ${first}.`);
  return { file: first, prompt: second ?? '' };
}

async function order(context: Context, file: string | undefined, prompt: string): Promise<Accepted> {
  const { client, signal, terminal } = context;
  const body = { ...wishes(context), prompt };
  if (file === undefined) return client.generate.textToVideo(body, { signal });
  const stored = await sendFile(context, file);
  if (!context.json) terminal.err(`${basename(file)} is uploaded\n`);
  const request = { ...body, asset_id: stored.asset_id };
  return stored.kind === 'video'
    ? client.generate.videoToAnime(request, { signal })
    : client.generate.imageToVideo(request, { signal });
}

/** Only what was asked for: the rest is the model's own. The server checks all of it, and says what is possible. */
function wishes(context: Context): Omit<ImageToVideo, 'prompt'> {
  const given = context.arguments;
  const all = {
    model: text(given, 'model'),
    duration: wholeNumber(given, 'duration'),
    aspect_ratio: text(given, 'ratio'),
    size: text(given, 'size'),
    seed: wholeNumber(given, 'seed'),
    style_preset: text(given, 'style'),
    negative_prompt: text(given, 'negative'),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
