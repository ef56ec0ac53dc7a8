export { connectBus } from './connect-bus';
export { openServiceBus } from './open-service-bus';
export type {
  Bus,
  BusOptions,
  ConsumedMessage,
  ConsumeOptions,
  Consumption,
  MessageContext,
  MessageHandler,
  OrderedMessage,
  OrderedReadOptions,
  PublishOptions,
  PublishResult,
  Responder,
  RpcContext,
  RpcHandler,
  StreamState,
  Subscription,
} from './bus';
export { DeadLetter, RetryLater } from './errors';
export { listDead, purgeDead, replayDead, type DeadMessage } from './dead-letters';
export { applyTopology, verifyTopology, type Topology, type TopologyChange } from './topology';
export { consumerStates, countDead, type ConsumerState, type DeadCount } from './consumer-states';
export { readRange, type RangeOptions, type RangeResult } from './read-range';
export { presentStreams, remakeStreams, type PresentStream } from './remake-streams';
