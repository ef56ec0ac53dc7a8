import { Query, type PoolClient, type QueryConfig } from 'pg';

/** What is used here of the wire below a connection of `pg`, which has no types for it. A test holds it against the version in use. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  /** Statements that this connection has prepared, by name. */
  readonly parsedStatements: Readonly<Record<string, string | undefined>>;
  parse(statement: { readonly text: string; readonly name: string }): void;
  bind(portal: object): void;
  execute(portal: { readonly portal: string; readonly rows: number }): void;
}

interface QueryInside {
  prepare(wire: Wire): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}

type Answered = (error: Error | null | undefined, result: unknown) => void;

const Inside = Query as unknown as new (config: QueryConfig, answered: Answered) => Query & QueryInside;

/**
 * The first statement of a transaction and the `begin` before it, sent as one. Both are before the same Sync: where the `begin`
 * fails the server skips the statement, so it can never run outside of a transaction.
 */
export class BeginQuery extends Inside {
  #begun = false;

  override prepare(wire: Wire): void {
    wire.parse({ text: 'begin', name: '' });
    wire.bind({ portal: '', statement: '', values: [] });
    wire.execute({ portal: '', rows: 0 });
    super.prepare(wire);
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#begun) super.handleCommandComplete(message, wire);
    this.#begun = true;
  }
}

const wireOf = (client: PoolClient): Wire => (client as unknown as { readonly connection: Wire }).connection;

/** Whether a statement is sent without being parsed first: what is parsed must not be mistaken for the `begin` before it. */
export function isPrepared(client: PoolClient, name: string): boolean {
  return wireOf(client).parsedStatements[name] !== undefined;
}

/** What `send` sends leaves in one packet. */
export function inOnePacket<T>(client: PoolClient, send: () => T): T {
  const { stream } = wireOf(client);
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}
