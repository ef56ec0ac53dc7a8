import { runReseal } from '@shotloom/sealing';
import { resealSecrets } from './endpoints/reseal-secrets';

/** Entry point: seals the secrets of all webhooks with the newest key. */
void runReseal({ name: 'webhooks-rotate-secrets', what: 'secret', reseal: resealSecrets });
