import { defineVendor } from '../vendor';
import { models } from './models';
import { provider } from './provider';

/** MiniMax's video models. Hailuo 2.3 and 02 are sold through v1 of its API, H3 through v2. */
export const hailuo = defineVendor(provider, models);
