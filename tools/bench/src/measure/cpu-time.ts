import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, whatever the machine. */
const TICKS_PER_SECOND = 100;

interface Stat {
  readonly parent: number;
  /** Own, and of children that have ended; ticks. */
  readonly own: number;
  readonly ended: number;
}

/** Seconds of CPU that a process and all its living and ended children have used so far. */
export function cpuSeconds(pid: number): number {
  const stats = readAll();
  const sum = (current: number): number => {
    const stat = stats.get(current);
    if (stat === undefined) return 0;
    const children = [...stats].filter(([, { parent }]) => parent === current).map(([child]) => child);
    return stat.own + stat.ended + children.reduce((total, child) => total + sum(child), 0);
  };
  return sum(pid) / TICKS_PER_SECOND;
}

/** A process and all its living descendants. */
export function processTree(pid: number): number[] {
  const stats = readAll();
  const below = (current: number): number[] => [
    current,
    ...[...stats].filter(([, { parent }]) => parent === current).flatMap(([child]) => below(child)),
  ];
  return below(pid);
}

/** What each process used between two readings, seconds. */
export function cpuUsed(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]),
  );
}

function readAll(): Map<number, Stat> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.flatMap((pid) => {
      const stat = readStat(pid);
      return stat === undefined ? [] : [[Number(pid), stat] as const];
    }),
  );
}

/** proc(5): the name in parentheses may hold anything, so fields are counted from behind it. */
function readStat(pid: string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, childUser = 0, childSystem = 0] = [1, 11, 12, 13, 14].map(
      (index) => fields[index],
    );
    return { parent, own: user + system, ended: childUser + childSystem };
  } catch {
    return undefined;
  }
}
