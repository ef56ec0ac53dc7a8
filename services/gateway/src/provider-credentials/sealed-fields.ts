import { z } from 'zod';
import { openText, sealText, type KeyRing, type Sealed } from '@shotloom/sealing';

const fieldsSchema = z.record(z.string(), z.string());

export type SecretFields = Readonly<Record<string, string>>;

/** Where sealed fields belong. They open nowhere else: not as another version, not for another provider or address. */
export interface SealBinding {
  readonly credentialId: string;
  readonly version: number;
  readonly provider: string;
  readonly baseUrl: string | null;
}

export function sealFields(ring: KeyRing, binding: SealBinding, fields: SecretFields): Sealed {
  return sealText(ring, bound(binding), JSON.stringify(fields));
}

/** Throws `unavailable` where the key is not there, and `internal` where the row is not what was sealed. Names no secret. */
export function openFields(ring: KeyRing, binding: SealBinding, sealed: Sealed): SecretFields {
  const what = `credential ${binding.credentialId}, version ${binding.version}`;
  return fieldsSchema.parse(JSON.parse(openText(ring, bound(binding), sealed, what)));
}

const bound = ({ credentialId, version, provider, baseUrl }: SealBinding) =>
  ['shotloom.credential.v1', credentialId, version, provider, baseUrl] as const;
