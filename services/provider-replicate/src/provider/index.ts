export { ReplicateAdapter, type ReplicateAdapterOptions } from './adapter';
