import { flag, text } from '../arguments';
import { prepareFolder, type Folder } from '../batch-results';
import { batchLine, batchLines, quoteWords } from '../batch-words';
import { print, type Command, type Context } from '../context';
import { EXIT, UsageError } from '../exit-codes';
import { readBatchFile } from '../read-batch-file';
import { inRows } from '../row-mistakes';
import { waitForBatch } from '../wait-for-batch';

/** Orders a file of rows; or lists, shows and cancels batches. A file of such a name is `./list`. */
export const batch: Command = async (context) => {
  const [what, id, ...more] = context.arguments.operands;
  if (what === undefined || more.length > 0) {
    throw new UsageError('Give a file of rows, or `list`, `show ID` or `cancel ID`. See `shotloom --help`.');
  }
  if (what === 'list') return listBatches(context, id);
  if (what === 'show') return showBatch(context, idOf(id));
  if (what === 'cancel') return cancelBatch(context, idOf(id));
  if (id !== undefined) throw new UsageError('A batch is one file.');
  return orderBatch(context, what);
};

async function orderBatch(context: Context, path: string): Promise<number> {
  const quoteOnly = flag(context.arguments, 'quote');
  if (quoteOnly) takesOnly(context, '--quote', ['quote']);
  const folder = folderOf(context);
  const file = await readBatchFile(context, path);
  if (folder) await prepareFolder(folder);
  const { client, signal, terminal } = context;
  const inWords = (error: unknown): never => {
    throw inRows(error, file.type);
  };
  const quote = await client.batches.quoteFrom(file, { signal }).catch(inWords);
  if (quoteOnly) {
    print(context, quote, quoteWords(quote));
    return EXIT.ok;
  }
  if (!context.json) terminal.err(`${quoteWords(quote)}\n`);
  const ordered = await client.batches.createFrom(file, { signal }).catch(inWords);
  if (!folder && !flag(context.arguments, 'wait')) {
    print(context, ordered, ordered.id);
    return EXIT.ok;
  }
  if (!context.json) terminal.err(`${ordered.id}: ${ordered.credits.held} credits held\n`);
  return waitForBatch(context, ordered.id, folder);
}

/** The newest page, a line each. */
async function listBatches(context: Context, operand: string | undefined): Promise<number> {
  if (operand !== undefined) throw new UsageError('`shotloom batch list` takes nothing more.');
  takesOnly(context, '`shotloom batch list`', []);
  const { data } = await context.client.batches.list({ limit: 20 }, { signal: context.signal });
  for (const one of data) print(context, one, batchLine(one));
  return EXIT.ok;
}

async function showBatch(context: Context, id: string): Promise<number> {
  takesOnly(context, '`shotloom batch show`', ['wait', 'out', 'overwrite']);
  const folder = folderOf(context);
  if (folder) await prepareFolder(folder);
  if (folder || flag(context.arguments, 'wait')) return waitForBatch(context, id, folder);
  const found = await context.client.batches.get(id, { signal: context.signal });
  print(context, found, batchLines(found));
  return EXIT.ok;
}

async function cancelBatch(context: Context, id: string): Promise<number> {
  takesOnly(context, '`shotloom batch cancel`', []);
  const stopped = await context.client.batches.cancel(id, { signal: context.signal });
  const { cancelled, cancelling } = stopped;
  const later = cancelling > 0 ? `, ${cancelling} end as soon as their engine says so` : '';
  print(context, { id, ...stopped }, `${id}: ${cancelled} cancelled${later}`);
  return EXIT.ok;
}

function folderOf({ arguments: given }: Context): Folder | undefined {
  const path = text(given, 'out');
  const overwrite = flag(given, 'overwrite');
  if (path !== undefined) return { path, overwrite };
  if (overwrite) throw new UsageError('--overwrite needs --out.');
  return undefined;
}

function idOf(id: string | undefined): string {
  if (id === undefined) throw new UsageError('Give the id of one batch.');
  return id;
}

function takesOnly({ arguments: given }: Context, what: string, allowed: readonly string[]): void {
  for (const name of ['quote', 'wait', 'out', 'overwrite']) {
    if (given.values[name] === undefined || allowed.includes(name)) continue;
    throw new UsageError(`${what} does not go with --${name}. See \`shotloom --help\`.`);
  }
}
