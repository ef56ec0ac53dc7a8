import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { PoolClient } from 'pg';
import { BeginQuery, inOnePacket, isPrepared } from './begin-query';
import { COMMIT, NotCommitted, SEVERAL, type Answer, type Statement } from './several';
import { isStalePlan, type StatementNames } from './statement-names';

const BEGIN = 'begin';

/**
 * One checked-out connection, closed as soon as a statement got no answer: what it would answer next is not ours. A `begin` waits
 * for the first statement and goes with it; a transaction without any is never begun.
 */
export class BoundedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #names: StatementNames;
  readonly #answerMs: number | undefined;
  #lost: Error | undefined;
  #toBegin = false;
  /** How the server answered a commit that went with other statements. */
  #ended: string | undefined;

  constructor(client: PoolClient, names: StatementNames, answerMs: number | undefined) {
    this.#client = client;
    this.#names = names;
    this.#answerMs = answerMs;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    what: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof what !== 'string') return (this.#client as PostgresPoolClient).query(what);
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return this.#route(what, parameters) as Promise<PostgresQueryResult<R>>;
  }

  release(destroy?: boolean): void {
    if (this.#lost === undefined) this.#client.release(destroy);
  }

  #route(text: string, parameters: readonly unknown[]): Promise<Answer> {
    switch (text) {
      case BEGIN:
        this.#toBegin = true;
        this.#ended = undefined;
        return Promise.resolve(said('BEGIN'));
      case SEVERAL:
        return this.#several(parameters as readonly Statement[]);
      case COMMIT:
      case 'rollback':
        return this.#end(text);
      default:
        return this.#send({ text, values: parameters });
    }
  }

  #end(text: string): Promise<Answer> {
    if (this.#toBegin) {
      this.#toBegin = false;
      return Promise.resolve(said(text.toUpperCase()));
    }
    const ended = this.#ended;
    if (ended === undefined) return this.#answered(this.#ask({ text, values: [] }));
    return Promise.resolve(said(ended));
  }

  async #send(statement: Statement): Promise<Answer> {
    const begun = this.#toBegin;
    if (begun && !this.#goesWithBegin(statement)) await this.#beginAlone();
    try {
      return await this.#answered(this.#ask(statement));
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      // A migration went by. Outside a transaction the statement simply runs again; inside, the transaction is tried again.
      this.#names.renew();
      return this.#answered(this.#ask(statement)).catch(() => Promise.reject(error as Error));
    }
  }

  async #several(statements: readonly Statement[]): Promise<Answer> {
    const [first] = statements;
    if (this.#toBegin && first !== undefined && !this.#goesWithBegin(first)) await this.#beginAlone();
    const sent = inOnePacket(this.#client, () => statements.map((statement) => this.#ask(statement)));
    const outcomes = await this.#answered(Promise.allSettled(sent));
    const failed = outcomes.findIndex(({ status }) => status === 'rejected');
    const failure = outcomes[failed];
    if (failure?.status === 'rejected') {
      const error: unknown = failure.reason;
      if (isStalePlan(error)) this.#names.renew();
      const beforeCommit = statements.at(-1)?.text === COMMIT && failed < statements.length - 1;
      throw beforeCommit && isOfServer(error) ? new NotCommitted(error) : error;
    }
    const answers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    if (statements.at(-1)?.text === COMMIT) this.#ended = answers.at(-1)?.command;
    return { command: 'SELECT', rowCount: answers.length, rows: answers };
  }

  /** Texts without parameters may hold several statements, and those that are parsed now cannot be told from the `begin`. */
  #goesWithBegin({ text, values }: Statement): boolean {
    if (values.length === 0) return false;
    const name = this.#names.nameOf(text);
    return name === undefined || isPrepared(this.#client, name);
  }

  async #beginAlone(): Promise<void> {
    this.#toBegin = false;
    await this.#answered(this.#ask({ text: BEGIN, values: [] }));
  }

  #ask({ text, values }: Statement): Promise<Answer> {
    const name = values.length > 0 ? this.#names.nameOf(text) : undefined;
    const query = { text, values: [...values], ...(name === undefined ? {} : { name }) };
    if (!this.#toBegin) return this.#client.query(query);
    this.#toBegin = false;
    return new Promise((resolve, reject) => {
      const first = new BeginQuery(query, (error, result) =>
        error ? reject(error) : resolve(result as Answer),
      );
      this.#client.query(first);
    });
  }

  #answered<T>(answer: Promise<T>): Promise<T> {
    const answerMs = this.#answerMs;
    if (answerMs === undefined) return answer;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        // The code of a socket that timed out, since it means the same to whoever decides about another try.
        const message = `The database did not answer within ${answerMs} ms; the connection was closed.`;
        this.#lost = Object.assign(new Error(message), { code: 'ETIMEDOUT' });
        this.#client.release(true);
        reject(this.#lost);
      };
      const timer = setTimeout(giveUp, answerMs);
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

const said = (command: string): Answer => ({ command, rowCount: null, rows: [] });

/** Not of the socket: the server answered. */
function isOfServer(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'severity' in error;
}
