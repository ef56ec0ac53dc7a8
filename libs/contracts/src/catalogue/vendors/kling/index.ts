import { defineVendor } from '../vendor';
import { models } from './models';
import { provider } from './provider';

/** Kling's models. A negative prompt needs the old generation of the API. */
export const kling = defineVendor(provider, models);
