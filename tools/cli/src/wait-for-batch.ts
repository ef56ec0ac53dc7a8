import type { BatchDetail } from '@shotloom/sdk';
import { exitCodeOfResults, resultsOf, type Folder } from './batch-results';
import { BatchBar, batchLine } from './batch-words';
import { print, type Context } from './context';

/** Follows a batch to its end, saves its videos where a folder is given, and answers with the exit code. */
export async function waitForBatch(
  context: Context,
  id: string,
  folder: Folder | undefined,
): Promise<number> {
  const ended = await untilEnded(context, id, folder);
  const results = await resultsOf(context, ended, folder).catch((error: unknown) => {
    if (folder) {
      const again = `shotloom batch show ${id} --out ${shellWord(folder.path)}`;
      context.terminal.err(`\nWhat is saved stays. The others: ${again}\n`);
    }
    throw error;
  });
  print(context, { ...ended, results }, batchLine(ended));
  return exitCodeOfResults(results, folder);
}

async function untilEnded(
  { client, signal, terminal }: Context,
  id: string,
  folder: Folder | undefined,
): Promise<BatchDetail> {
  const bar = new BatchBar(terminal);
  try {
    return await client.batches.wait(id, { signal, onUpdate: (batch) => bar.show(batch) });
  } catch (error) {
    const how = folder ? `--out ${shellWord(folder.path)}` : '--wait';
    if (signal.aborted) terminal.err(`\nThe batch goes on: shotloom batch show ${id} ${how}\n`);
    throw error;
  } finally {
    bar.end();
  }
}

/** As it can be pasted. */
function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
