/** What is read here of V8's .cpuprofile. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface Share {
  readonly module: string;
  /** Of the time in which something ran, 0 to 1. */
  readonly share: number;
}

/** Self time per module, idle time aside, the greatest first. */
export function byModule(profile: CpuProfile): Share[] {
  return shares(profile, ({ functionName, url }) => moduleOf(functionName, url));
}

/** Self time per function. */
export function byFunction(profile: CpuProfile): Share[] {
  return shares(
    profile,
    ({ functionName, url }) => `${functionName || '(anonymous)'} in ${moduleOf(functionName, url)}`,
  );
}

function shares(
  { nodes, samples, timeDeltas }: CpuProfile,
  nameOf: (frame: CpuProfile['nodes'][number]['callFrame']) => string,
): Share[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === '(idle)') continue;
    const name = nameOf(frame);
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .map(([module, time]) => ({ module, share: total === 0 ? 0 : time / total }))
    .toSorted((a, b) => b.share - a.share);
}

/** A package, a library of ours, a folder of a service, or a part of Node. */
export function moduleOf(functionName: string, url: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'V8 and C++';
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  const packages = url.split('/node_modules/');
  const inside = packages.length > 1 ? packages.at(-1) : undefined;
  if (inside !== undefined) return inside.split('/', inside.startsWith('@') ? 2 : 1).join('/');
  const [, kind, name, rest] = /\/(libs|services)\/([^/]+)\/dist\/(.*)$/.exec(url) ?? [];
  if (kind === undefined || name === undefined || rest === undefined) return url;
  const folder = rest.includes('/') ? `/${rest.split('/')[0]}` : '';
  return kind === 'libs' ? `libs/${name}` : `${name}${folder}`;
}
