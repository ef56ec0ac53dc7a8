export { KlingAdapter, type KlingAdapterOptions } from './adapter';
