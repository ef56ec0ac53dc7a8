import { defineVendor } from '../vendor';
import { models } from './models';
import { provider } from './provider';

/** Whatever serves the protocol of OpenAI's Videos API at the operator's address; OpenAI itself does not any more. */
export const sora = defineVendor(provider, models);
