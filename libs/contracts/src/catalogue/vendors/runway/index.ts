import { defineVendor } from '../vendor';
import { models } from './models';
import { provider } from './provider';

/** Runway's own models, and those of others that it sells with a published price. */
export const runway = defineVendor(provider, models);
