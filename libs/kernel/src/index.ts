export { newId, isId, partId, type Id } from './ids';
export { systemClock, type Clock } from './clock';
export { assertNever } from './assert';
export { storableText } from './storable-text';
export {
  AppError,
  ERROR_CODES,
  type AppErrorOptions,
  type CallOutcome,
  type ErrorCode,
  type ErrorRecord,
  type FieldError,
} from './errors';
export { defineStateMachine, type StateMachine, type TransitionTable } from './state-machine';
export { backoffMs, type RetryPolicy } from './retry-policy';
export { credits, type Credits } from './credits';
export { GroupQueue, type GroupQueueOptions } from './group-queue';
export { FittingSize, type FittingSizeOptions } from './fitting-size';
export { Pace, type PaceOptions } from './pace';
