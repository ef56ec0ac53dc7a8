export { LovartAdapter, type LovartAdapterOptions } from './adapter';
