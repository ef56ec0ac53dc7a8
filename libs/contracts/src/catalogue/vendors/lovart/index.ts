import { defineVendor } from '../vendor';
import { models } from './models';
import { provider } from './provider';

/** Lovart's agent, steered to one tool for each model. */
export const lovart = defineVendor(provider, models);
