import { AppError } from '@shotloom/kernel';

/** How many sockets each user has on this replica, with a limit. */
export class Places {
  private readonly taken = new Map<string, number>();

  constructor(private readonly perUser: number) {}

  /** Takes a place and returns what gives it back (once). Throws `rate_limited` when the user has no more. */
  take(userId: string): () => void {
    const count = this.taken.get(userId) ?? 0;
    if (count >= this.perUser) {
      throw new AppError(
        'rate_limited',
        `You have ${count} sockets open, which is the limit. Close one first.`,
      );
    }
    this.taken.set(userId, count + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const left = (this.taken.get(userId) ?? 1) - 1;
      if (left > 0) this.taken.set(userId, left);
      else this.taken.delete(userId);
    };
  }
}
