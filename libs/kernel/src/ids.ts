import { v7, validate, version } from 'uuid';

/** A UUIDv7 as a lower-case string: sortable by creation time, unique without coordination. */
export type Id = string;

/** Makes a new UUIDv7. */
export function newId(): Id {
  return v7();
}

/** True for any well-formed UUID of version 7. */
export function isId(value: unknown): value is Id {
  return typeof value === 'string' && validate(value) && version(value) === 7;
}
