import { Network, placeOf, type Place } from '../src/network';
import { podsOf } from '../src/pods';
import { rendering } from '../src/render-cache';

const INTERNET: Place = { address: '93.184.216.34' };
const METADATA: Place = { address: '169.254.169.254' };
const INSIDE: Place = { address: '10.1.2.3' };
const INGRESS: Place = { namespace: 'gateways', labels: {} };
const MONITORING: Place = { namespace: 'monitoring', labels: {} };
const STRANGER: Place = { namespace: 'somewhere', labels: {} };

const manifests = rendering({ environments: ['everything'] });
const network = new Network(manifests);
const pods = new Map(podsOf(manifests).map((pod) => [pod.component, placeOf(pod)]));
const place = (component: string): Place => {
  const found = pods.get(component);
  if (found === undefined) throw new Error(`No pod is ${component}.`);
  return found;
};

const PORTS: Readonly<Record<string, number>> = {
  gateway: 3000,
  storage: 3002,
  notifier: 3003,
  postgres: 5432,
  nats: 4222,
  s3: 8333,
};
const VENDORS = ['hailuo', 'kling', 'lovart', 'replicate', 'runway', 'sora', 'yunwu'].map(
  (name) => `provider-${name}`,
);
const ENGINES = ['provider-animatic', 'provider-turbodiffusion-big', 'provider-comfyui-comfy'];
const WORKERS = [...VENDORS, ...ENGINES];

/** Every arrow between pods that the design has; nothing else may pass. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  postgres: ['gateway', 'job-orchestrator', 'storage', 'webhooks', 'setup', 'test'],
  nats: ['gateway', 'job-orchestrator', 'storage', 'notifier', 'webhooks', 'setup', ...WORKERS],
  s3: ['gateway', 'storage', ...WORKERS],
  gateway: ['test'],
  storage: ['gateway'],
  notifier: ['gateway'],
};

describe.each(Object.entries(ARROWS))('%s', (target, wanted) => {
  it('is reached by exactly those who need it', () => {
    const reached = [...pods.keys()].filter(
      (from) => from !== target && network.allows(place(from), place(target), PORTS[target] ?? 0),
    );
    expect(reached.sort()).toEqual([...wanted].sort());
  });
});

it('keeps every other port of every pod shut', () => {
  for (const from of pods.keys()) {
    for (const to of pods.keys()) {
      for (const port of [22, 80, 443, 9090, 8222, 9333]) {
        expect([from, to, port, network.allows(place(from), place(to), port)]).toEqual([
          from,
          to,
          port,
          false,
        ]);
      }
    }
  }
});

it('lets the ingress to public ports, and Prometheus and KEDA to what they read', () => {
  for (const door of ['gateway', 'storage', 'notifier']) {
    expect(network.allows(INGRESS, place(door), PORTS[door] ?? 0)).toBe(true);
    expect(network.allows(STRANGER, place(door), PORTS[door] ?? 0)).toBe(false);
    expect(network.allows(INGRESS, place(door), 9090)).toBe(false);
  }
  for (const pod of ['gateway', 'job-orchestrator', ...WORKERS]) {
    expect(network.allows(MONITORING, place(pod), 9090)).toBe(true);
    expect(network.allows(STRANGER, place(pod), 9090)).toBe(false);
  }
  expect(network.allows(MONITORING, place('nats'), 8222)).toBe(true);
  expect(network.allows(MONITORING, place('nats'), 4222)).toBe(false);
});

describe('the internet', () => {
  it.each(VENDORS)('is open to %s, on the ports of vendors', (worker) => {
    expect(network.allows(place(worker), INTERNET, 443)).toBe(true);
    expect(network.allows(place(worker), INTERNET, 25)).toBe(false);
  });

  it('is open to a vendor’s own port where its address names one', () => {
    expect(network.allows(place('provider-sora'), INTERNET, 8443)).toBe(true);
    expect(network.allows(place('provider-kling'), INTERNET, 8443)).toBe(false);
  });

  it.each(['storage', 'webhooks'])('is open to %s, which goes where users point', (service) => {
    for (const port of [80, 443, 8443]) expect(network.allows(place(service), INTERNET, port)).toBe(true);
  });

  it('is open to the gateway for what is switched on', () => {
    for (const port of [443, 587]) expect(network.allows(place('gateway'), INTERNET, port)).toBe(true);
    expect(network.allows(place('gateway'), INTERNET, 465)).toBe(false);
    const bare = rendering({ environments: ['minimal'] });
    const gateway = podsOf(bare).find(({ component }) => component === 'gateway');
    if (gateway === undefined) throw new Error('No gateway.');
    expect(new Network(bare).allows(placeOf(gateway), INTERNET, 443)).toBe(false);
  });

  it.each(['job-orchestrator', 'notifier', ...ENGINES, 'postgres', 'nats', 's3', 'setup'])(
    'is shut to %s',
    (pod) => {
      for (const port of [80, 443]) expect(network.allows(place(pod), INTERNET, port)).toBe(false);
    },
  );

  it('is not the network inside, and not the cloud’s metadata', () => {
    for (const pod of ['storage', 'webhooks', 'gateway', ...VENDORS]) {
      for (const port of [80, 443]) {
        expect(network.allows(place(pod), METADATA, port)).toBe(false);
        expect(network.allows(place(pod), INSIDE, port)).toBe(false);
      }
    }
  });

  it('is shut to all where the cluster is air-gapped, and what is named inside is open', () => {
    const gapped = rendering({ environments: ['air-gapped'] });
    const closed = new Network(gapped);
    for (const pod of podsOf(gapped)) expect(closed.allows(placeOf(pod), INTERNET, 443)).toBe(false);
    const storage = podsOf(gapped).find(({ component }) => component === 'storage');
    if (storage === undefined) throw new Error('No storage.');
    expect(closed.allows(placeOf(storage), INSIDE, 443)).toBe(true);
  });
});
