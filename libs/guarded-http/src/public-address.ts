import { BlockList, isIPv4, isIPv6 } from 'node:net';

type Range = readonly [network: string, prefix: number];

/** IPv4 that is not the public internet: IANA's registry of special-purpose addresses, and what clouds add to it. */
const NOT_PUBLIC_V4: readonly Range[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // Azure's metadata and DNS, inside a public range.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** What is given out as global unicast. All other IPv6 (loopback, ULA, link-local, multicast, IPv4-mapped) is not public. */
const GLOBAL_V6: Range = ['2000::', 3];
/** Behind NAT64 the last 32 bits are an IPv4 address, which is the one that counts. */
const NAT64 = '64:ff9b::';
const NAT64_PREFIX = 96;
/** Inside of what is global: protocol assignments (Teredo among them), documentation, 6to4, documentation. */
const NOT_PUBLIC_V6: readonly Range[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

// Two lists for each family: one list would match IPv4 by IPv6 rules too.
const refusedV4 = new BlockList();
const refusedV6 = new BlockList();
const grantedV6 = new BlockList();
grantedV6.addSubnet(...GLOBAL_V6, 'ipv6');
grantedV6.addSubnet(NAT64, NAT64_PREFIX, 'ipv6');
for (const range of NOT_PUBLIC_V6) refusedV6.addSubnet(...range, 'ipv6');
for (const [network, prefix] of NOT_PUBLIC_V4) {
  refusedV4.addSubnet(network, prefix, 'ipv4');
  refusedV6.addSubnet(`${NAT64}${network}`, NAT64_PREFIX + prefix, 'ipv6');
}

/** Whether an IP address (no name, no brackets) is one that anybody on the internet could reach. In doubt it is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !refusedV4.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  return grantedV6.check(address, 'ipv6') && !refusedV6.check(address, 'ipv6');
}
