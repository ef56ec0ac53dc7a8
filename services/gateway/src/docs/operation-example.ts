export interface OperationExample {
  readonly request?: unknown;
  readonly response?: unknown;
}
