/** A moment that is known only when a change is taken in, on the database's clock: the one that all replicas share. */
export class Moment {
  private constructor(private readonly read: (now: Date) => Date) {}

  static readonly now = new Moment((now) => now);

  static inSeconds(seconds: number): Moment {
    return new Moment((now) => new Date(now.getTime() + seconds * 1000));
  }

  /** That moment, or now where it has passed. */
  static notBefore(moment: Date): Moment {
    return new Moment((now) => (moment > now ? moment : now));
  }

  at(now: Date): Date {
    return this.read(now);
  }
}

/** What a change may set: values, and moments where a column is one. */
export type PatchOf<Row> = {
  readonly [K in keyof Row]?: Row[K] | (Date extends Row[K] ? Moment : never) | undefined;
};

/** The row as it is after the change; what is undefined stays. */
export function patched<Row extends object>(row: Row, patch: PatchOf<Row>, now: Date): Row {
  const set = Object.entries(patch).filter(([, value]) => value !== undefined);
  return {
    ...row,
    ...Object.fromEntries(
      set.map(([name, value]) => [name, value instanceof Moment ? value.at(now) : value]),
    ),
  };
}
