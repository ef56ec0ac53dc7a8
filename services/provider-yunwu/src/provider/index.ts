export { YunwuAdapter, type YunwuAdapterOptions } from './adapter';
