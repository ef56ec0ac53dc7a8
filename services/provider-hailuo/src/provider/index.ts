export { HailuoAdapter, type HailuoAdapterOptions } from './adapter';
