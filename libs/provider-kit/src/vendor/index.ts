export type {
  LookupAnswer,
  Submitted,
  TaskRef,
  VendorAdapter,
  VendorInput,
  VendorTask,
} from './vendor-adapter';
export type {
  BalanceLine,
  BalanceReport,
  ConnectionCheck,
  ConnectionReport,
  VendorCall,
  VendorCapabilities,
  VendorCredential,
} from './vendor-account';
export type { CallbackVerdict, IncomingCallback } from './vendor-callback';
export {
  isAlarming,
  isTerminal,
  type OpenedVideo,
  type PollAnswer,
  type PollOutcome,
  type VendorCost,
  type VendorVideo,
} from './vendor-outcome';
export { beforeCreate, sharedDeadline } from './before-create';
export { callFailure, neverConnected, type CallEffect } from './call-failure';
export {
  laterRow,
  lostRow,
  refusedRow,
  vendorError,
  type VendorErrorRow,
  type VendorFailure,
} from './error-table';
export { encodeJson, InlineFile, type EncodedBody } from './json-body';
export type { MultipartPart } from './multipart-body';
export { decimalText, failedLook, unreadableLook } from './look-outcomes';
export { jsonOfBytes, parseShape, readShape, wrongShape, type ShapeResult } from './read-shape';
export { redact } from './redact';
export {
  verifyStandardWebhook,
  type StandardWebhook,
  type StandardWebhookVerdict,
} from './standard-webhooks';
export {
  VendorHttpClient,
  type OpenedResponse,
  type VendorHttpOptions,
  type VendorHttpRequest,
  type VendorHttpResponse,
} from './vendor-http-client';
