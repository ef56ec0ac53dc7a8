export type { RenderEngine, RenderInput, RenderResult, RenderTask } from './render-engine';
export { runRenderWorker, type RenderWorkerOptions } from './render-worker';
export {
  providerConfigSchema,
  runProviderService,
  type ProviderConfig,
  type ProviderServiceOptions,
} from './provider-service';
