export { SoraAdapter, type SoraAdapterOptions } from './adapter';
