/** One request and one answer of an operation. */
export interface OperationExample {
  readonly request?: unknown;
  readonly response?: unknown;
}
