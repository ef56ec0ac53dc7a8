import { open, type FileHandle } from 'node:fs/promises';

interface FolderRound {
  readonly running: Promise<void>;
  /** Of all that came while it ran. */
  next: Promise<void> | undefined;
}

/**
 * Makes files, and the entries of folders, last through a loss of power; does nothing where that is not wanted. Whoever asks for a
 * folder while it is being synced shares the next round with all others who do: the running one may have begun before the change.
 */
export class Syncing {
  private readonly rounds = new Map<string, FolderRound>();

  constructor(private readonly wanted: boolean) {}

  async file(handle: FileHandle): Promise<void> {
    if (this.wanted) await handle.sync();
  }

  /** Without it a crash may forget a file that was itself synced. Rejects where the folder is not there. */
  folder(path: string): Promise<void> {
    if (!this.wanted) return Promise.resolve();
    const round = this.rounds.get(path);
    if (round === undefined) return this.begin(path);
    round.next ??= round.running.then(
      () => this.begin(path),
      () => this.begin(path),
    );
    return round.next;
  }

  private begin(path: string): Promise<void> {
    const running = syncFolder(path).finally(() => {
      // With somebody waiting, the next round takes this one's place by itself.
      if (this.rounds.get(path)?.next === undefined) this.rounds.delete(path);
    });
    this.rounds.set(path, { running, next: undefined });
    return running;
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
