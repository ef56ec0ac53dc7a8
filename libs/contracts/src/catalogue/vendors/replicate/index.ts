import { defineVendor } from '../vendor';
import { models } from './models';
import { provider } from './provider';

/** Models that Replicate runs. An operator can add any other by its name: see the README of provider-replicate. */
export const replicate = defineVendor(provider, models);
