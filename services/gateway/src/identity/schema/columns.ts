import type { ColumnType } from 'kysely';

export type Timestamp = ColumnType<Date, Date | undefined, Date>;
export type NullableTimestamp = ColumnType<Date | null, Date | null | undefined, Date | null>;
/** A bigint, which the driver reads as text and which takes a safe integer. */
export type Big = ColumnType<string, number | string, number | string>;
export type NullableBig = ColumnType<
  string | null,
  number | string | null | undefined,
  number | string | null
>;
