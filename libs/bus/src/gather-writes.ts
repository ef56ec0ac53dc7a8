import type { NatsConnection } from '@nats-io/transport-node';

/**
 * What is said within this time of the last write shares the next one; after a quiet time nothing waits longer than for the work in
 * hand. Milliseconds.
 */
const WRITE_EVERY_MS = 2;
/** So much is written at once. Bytes. */
const FULL_BYTES = 64 * 1024;

/** The part of the client that puts its buffer on the socket: it does so after each message that is sent alone. */
interface Protocol {
  flushPending: () => void;
  readonly outbound: { size(): number };
}

/**
 * Writes what is sent at about the same time together. A write to a socket wakes the server up and costs more than the message: under
 * load most of a service's time went there. The client has no setting for it; a test holds this against the version in use.
 */
export function gatherWrites(nc: NatsConnection): void {
  const { protocol } = nc as unknown as { readonly protocol: Protocol };
  const flush = protocol.flushPending.bind(protocol);
  let waiting = false;
  let writtenAt = -Infinity;
  const write = (): void => {
    waiting = false;
    writtenAt = performance.now();
    flush();
  };
  protocol.flushPending = () => {
    if (protocol.outbound.size() >= FULL_BYTES) return write();
    if (waiting) return;
    waiting = true;
    if (performance.now() - writtenAt >= WRITE_EVERY_MS) setImmediate(write);
    else setTimeout(write, WRITE_EVERY_MS);
  };
}
