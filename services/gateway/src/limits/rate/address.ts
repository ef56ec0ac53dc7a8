import { isIPv4, isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * What an address is counted under: itself for IPv4, its /64 for IPv6, since whoever has one address there has them all. Pure.
 */
export function addressKey(address: string): string {
  const [plain = ''] = address.split('%');
  const v4 = MAPPED.exec(plain)?.[1] ?? plain;
  if (isIPv4(v4)) return v4;
  if (!isIPv6(plain)) return 'unknown';
  return `${network(plain)}::/64`;
}

/** The first four groups. The URL parser writes IPv6 in the one canonical way, whatever way it came in. */
function network(address: string): string {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return groups.slice(0, 4).join(':');
}
