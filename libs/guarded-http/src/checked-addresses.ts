import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AllowList } from './allow-list';
import { hostOf, portOf } from './checked-url';
import { FetchFailure } from './fetch-failure';
import { isPublicAddress } from './public-address';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>;

/** Where requests may go. */
export interface GuardOptions {
  /** What may be reached although it is not public; nothing unless told. */
  readonly allow?: AllowList;
  readonly resolve?: Resolve;
  /** Whether http without TLS may go to what is public, or only to what `allow` lists. `anywhere` unless told. */
  readonly plainHttp?: 'anywhere' | 'listed';
}

export const resolveBySystem: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * The addresses that may be connected to for this URL; the name is resolved once, here. One address that may not is enough
 * to refuse them all, because a name with both is an attack or a mistake. Throws `refused`, or `unavailable` for no answer.
 */
export async function checkedAddresses(
  url: URL,
  { resolve, allow, plainHttp }: Required<GuardOptions>,
): Promise<readonly Address[]> {
  const addresses = await addressesOf(hostOf(url), resolve);
  if (allow.hasHost(url.hostname, portOf(url))) return addresses;
  for (const { address } of addresses) {
    if (allow.hasAddress(address)) continue;
    // Without the address: whoever reads this may be the one who wonders what is inside.
    if (!isPublicAddress(address))
      throw new FetchFailure('refused', `${url.host} is not on the public internet.`);
    if (url.protocol === 'http:' && plainHttp === 'listed')
      throw new FetchFailure('refused', `${url.host} has to be reached by https.`);
  }
  return addresses;
}

async function addressesOf(host: string, resolve: Resolve): Promise<readonly Address[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  const addresses = await resolve(host).catch(() => []);
  if (addresses.length === 0)
    throw new FetchFailure('unavailable', `The name ${host} could not be resolved.`);
  return addresses;
}
