import { runReseal } from '@shotloom/sealing';
import { resealCredentials } from './provider-credentials/reseal-credentials';

/** Entry point: seals all provider credentials with the newest key. */
void runReseal({ name: 'gateway-rotate-credentials', what: 'credential', reseal: resealCredentials });
