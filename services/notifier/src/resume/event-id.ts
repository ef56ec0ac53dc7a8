/** Where an event stands: the stream's epoch (when it was made, milliseconds) and the sequence within it. */
export interface EventId {
  readonly epoch: number;
  readonly seq: number;
}

const EVENT_ID = /^(\d{1,15})-(\d{1,15})$/;

/** `<epoch>-<seq>`, the `id` of a server-sent event. */
export function formatEventId({ epoch, seq }: EventId): string {
  return `${epoch}-${seq}`;
}

/** Undefined for what is no id of ours. */
export function parseEventId(text: string): EventId | undefined {
  const [, epoch, seq] = EVENT_ID.exec(text) ?? [];
  return epoch === undefined || seq === undefined ? undefined : { epoch: Number(epoch), seq: Number(seq) };
}
