export type { RenderEngine, RenderInput, RenderResult, RenderTask } from './render-engine';
export { runRenderWorker, type RenderWorkerOptions } from './render-worker';
export { providerConfigSchema, runProviderService, type ProviderServiceOptions } from './provider-service';
