import { parse, v5, v7, validate, version } from 'uuid';

/** A UUIDv7 as a lower-case string: sortable by creation time, unique without coordination. */
export type Id = string;

const BYTES = 16;
const HEX_OF_TIME = 12;

/** Makes a new UUIDv7. */
export function newId(): Id {
  return v7();
}

/**
 * The id of a part of something, always the same for the same parent and name: what was made once and forgotten, as by a restored
 * database, is made again under the same id. A UUIDv7 that sorts with its parent's time.
 */
export function partId(parent: Id, name: string): Id {
  const hex = parent.replaceAll('-', '');
  const bytes = Uint8Array.from({ length: BYTES }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
  const msecs = Number.parseInt(hex.slice(0, HEX_OF_TIME), 16);
  return v7({ msecs, random: parse(v5(name, bytes)) });
}

/** True for any well-formed UUID of version 7. */
export function isId(value: unknown): value is Id {
  return typeof value === 'string' && validate(value) && version(value) === 7;
}
