export { runVendorWorker, type VendorWorkerOptions } from './vendor-worker';
export { runVendorService, vendorConfigSchema, type VendorServiceOptions } from './vendor-service';
export type { MediaUrl } from './vendor-inputs';
