import type { ChildExit } from './child';

/** A server that the tests or the local runtime started. After restart() `pid` and `exited` are those of the new one. */
export interface ManagedServer {
  readonly pid: number;
  /** Resolves when the present process is gone; never rejects. */
  readonly exited: Promise<ChildExit>;
  /** Ends it and removes what was only temporary. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it with `signal` and starts it again on the same port and data. Also starts one that is already dead. */
  restart(signal?: NodeJS.Signals): Promise<void>;
}
