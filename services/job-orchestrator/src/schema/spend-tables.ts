import type { ColumnType, Generated } from 'kysely';

/** What was spent under a key on a UTC day for one model, in millionths of a US dollar: reserved at the start, corrected at the end. */
export interface SpendTable {
  credential_id: string;
  day: string;
  model: string;
  provider: string;
  micros: number;
  attempts: number;
  delivered: Generated<number>;
}

/** A key that a cap has paused: it is used again after `until`, or as soon as its cap is higher than `cap_micros`. */
export interface SpendPausesTable {
  credential_id: string;
  provider: string;
  period: 'day' | 'month';
  until: ColumnType<Date, Date | string, Date | string>;
  cap_micros: number;
  spent_micros: number;
  at: Generated<Date>;
}
