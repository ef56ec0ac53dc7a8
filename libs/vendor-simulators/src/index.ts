export type { SentCallback } from './core/callback-sender';
export type { Controlled, SimTask } from './core/control-routes';
export type { CallKind, Fault } from './core/faults';
export type { LoggedRequest } from './core/request-log';
export type { MediaOptions } from './core/result-media';
export type { Simulator, SimulatorOptions } from './core/simulator';
export { SIMULATED_VENDORS } from './registry';
export { SeededRandom } from './core/seeded-random';
export { ManualClock, RealClock, type SimClock } from './core/sim-clock';
export { DEMO_ACCOUNT as KLING_DEMO_ACCOUNT, type KlingAccount } from './kling/kling-accounts';
export {
  startKlingSimulator,
  type KlingSimulator,
  type KlingSimulatorOptions,
} from './kling/kling-simulator';
export { HAILUO_DEMO_ACCOUNT, type HailuoAccount } from './hailuo/hailuo-accounts';
export {
  startHailuoSimulator,
  type HailuoSimulator,
  type HailuoSimulatorOptions,
} from './hailuo/hailuo-simulator';
export {
  LOVART_DEMO_ACCOUNT,
  signatureOf as lovartSignature,
  type LovartAccount,
} from './lovart/lovart-accounts';
export {
  startLovartSimulator,
  type LovartSimulator,
  type LovartSimulatorOptions,
} from './lovart/lovart-simulator';
export { REPLICATE_DEMO_ACCOUNT, type ReplicateAccount } from './replicate/replicate-accounts';
export type { ReplicateModel } from './replicate/replicate-models';
export {
  startReplicateSimulator,
  type ReplicateSimulator,
  type ReplicateSimulatorOptions,
} from './replicate/replicate-simulator';
export { RUNWAY_DEMO_ACCOUNT, type RunwayAccount } from './runway/runway-accounts';
export {
  startRunwaySimulator,
  type RunwaySimulator,
  type RunwaySimulatorOptions,
} from './runway/runway-simulator';
export { SORA_DEMO_ACCOUNT, type SoraAccount } from './sora/sora-accounts';
export { startSoraSimulator, type SoraSimulator, type SoraSimulatorOptions } from './sora/sora-simulator';
export {
  startStripeSimulator,
  STRIPE_DEMO_KEY,
  STRIPE_DEMO_WEBHOOK_SECRET,
  type StripeSimulator,
  type StripeSimulatorOptions,
} from './stripe/stripe-simulator';
export { YUNWU_DEMO_ACCOUNT, type YunwuAccount } from './yunwu/yunwu-accounts';
export {
  startYunwuSimulator,
  type YunwuSimulator,
  type YunwuSimulatorOptions,
} from './yunwu/yunwu-simulator';
export type { SimEvent as StripeEvent } from './stripe/stripe-objects';
export type { StripeCommand } from './stripe/stripe-control';
export { signatureHeader as stripeSignature } from './stripe/webhooks';
