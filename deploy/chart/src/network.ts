import { z } from 'zod';
import type { Manifest } from './render';
import type { Pod } from './pods';

const labels = z.record(z.string(), z.string());
const peer = z.strictObject({
  podSelector: z.strictObject({ matchLabels: labels }).optional(),
  namespaceSelector: z.strictObject({ matchLabels: labels }).optional(),
  ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
});
type Peer = z.infer<typeof peer>;
const port = z.strictObject({ port: z.int(), endPort: z.int().optional(), protocol: z.enum(['TCP', 'UDP']) });
const ports = z.array(port).optional();
const policySchema = z.strictObject({
  podSelector: z.strictObject({ matchLabels: labels }),
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
  ingress: z.array(z.strictObject({ from: z.array(peer).optional(), ports })).default([]),
  egress: z.array(z.strictObject({ to: z.array(peer).optional(), ports })).default([]),
});
type Policy = z.infer<typeof policySchema>;

/** Somebody on the network: a pod of the release, another pod of the cluster, or an address. */
export interface Place {
  readonly labels?: Readonly<Record<string, string>>;
  /** Of another namespace than the release's. */
  readonly namespace?: string;
  /** An IPv4 address outside of the cluster. */
  readonly address?: string;
}

export function placeOf(pod: Pod): Place {
  return { labels: pod.labels };
}

/** What the policies of a rendering allow, as a network that enforces them would decide. */
export class Network {
  private readonly policies: Policy[];

  constructor(manifests: readonly Manifest[]) {
    this.policies = manifests
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map((manifest) => policySchema.parse(manifest['spec']));
  }

  /** Whether a TCP connection comes about: it must be allowed at both ends. */
  allows(from: Place, to: Place, number: number): boolean {
    return this.mayLeave(from, to, number) && this.mayEnter(from, to, number);
  }

  private mayLeave(from: Place, to: Place, number: number): boolean {
    const applying = this.applyingTo(from, 'Egress');
    if (applying.length === 0) return true;
    return applying.some(({ egress }) =>
      egress.some((rule) => hasPort(rule.ports, number) && isAmong(rule.to, to)),
    );
  }

  private mayEnter(from: Place, to: Place, number: number): boolean {
    const applying = this.applyingTo(to, 'Ingress');
    if (applying.length === 0) return true;
    return applying.some(({ ingress }) =>
      ingress.some((rule) => hasPort(rule.ports, number) && isAmong(rule.from, from)),
    );
  }

  /** Policies are of the release's namespace, so they apply to its pods only. */
  private applyingTo(place: Place, type: 'Ingress' | 'Egress'): Policy[] {
    if (place.labels === undefined || place.namespace !== undefined) return [];
    const has = place.labels;
    return this.policies.filter(
      (policy) => policy.policyTypes.includes(type) && covers(policy.podSelector.matchLabels, has),
    );
  }
}

function hasPort(rule: Policy['ingress'][number]['ports'], number: number): boolean {
  if (rule === undefined) return true;
  return rule.some(
    ({ port: first, endPort, protocol }) =>
      protocol === 'TCP' && number >= first && number <= (endPort ?? first),
  );
}

function isAmong(peers: readonly Peer[] | undefined, place: Place): boolean {
  return peers === undefined || peers.length === 0 || peers.some((one) => isPeer(one, place));
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, place: Place): boolean {
  if (ipBlock !== undefined) {
    const { address } = place;
    if (address === undefined || ipBlock.cidr.includes(':')) return false;
    return isInside(address, ipBlock.cidr) && !ipBlock.except.some((cidr) => isInside(address, cidr));
  }
  if (place.address !== undefined) return false;
  const wanted = namespaceSelector?.matchLabels['kubernetes.io/metadata.name'];
  if (place.namespace !== wanted) return false;
  return podSelector === undefined || covers(podSelector.matchLabels, place.labels ?? {});
}

function covers(selector: Readonly<Record<string, string>>, has: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => has[key] === value);
}

function isInside(address: string, cidr: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(toNumber(address) / size) === Math.floor(toNumber(base) / size);
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
