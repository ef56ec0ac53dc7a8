export { RunwayAdapter, type RunwayAdapterOptions } from './adapter';
