export { readKeyRing, type KeyRing, type SealingKey } from './key-ring';
export { resealAll, runReseal, type ResealOptions } from './reseal';
export { openText, sealText, type Sealed, type SealBinding } from './sealed-text';
export { keyRing, sealingKeysSchema } from './sealing-keys';
