/** What the load process is told, as one JSON argument. */
export interface LoadPlan {
  readonly url: string;
  /** Sent as JSON by POST; without one, the request is a GET. */
  readonly body?: unknown;
  /** The status of an answer that counts. */
  readonly expect: number;
  /** One API key a user; requests go round them. */
  readonly keys: readonly string[];
  /** Connections that each send the next request when the answer to the last is there. */
  readonly clients: number;
  /** Sent before the clock starts, to open connections and fill caches. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** What it answers. */
export interface LoadResult {
  /** Answers that count. */
  readonly answered: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** CPU of the load process itself within the measured time, seconds. */
  readonly cpuSeconds: number;
  /** Other answers, by status or error code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly firstRefusal: string | null;
}
