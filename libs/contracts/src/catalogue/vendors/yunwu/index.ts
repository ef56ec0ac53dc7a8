import { defineVendor } from '../vendor';
import { models } from './models';
import { provider } from './provider';

/** A relay that sells the models of others. It publishes no price that could be written here: an operator prices what is to be sold. */
export const yunwu = defineVendor(provider, models);
