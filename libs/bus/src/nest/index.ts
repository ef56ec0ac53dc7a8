export { OnMessage, OnRequest, type PatternExtras } from './decorators';
export { JetStreamStrategy, type DeliveryContext, type JetStreamStrategyOptions } from './jetstream-strategy';
