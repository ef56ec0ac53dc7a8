/** For every state, the states that may follow it. A state without successors is terminal. */
export type TransitionTable<S extends string> = Readonly<Record<S, readonly S[]>>;

export interface StateMachine<S extends string> {
  readonly states: readonly S[];
  readonly initial: S;
  can(from: S, to: S): boolean;
  isTerminal(state: S): boolean;
  /** All states from which `to` may be reached in one move; what a conditional UPDATE lists in its WHERE. */
  sourcesOf(to: S): readonly S[];
  /** A Mermaid state diagram of the table, for the docs. */
  toMermaid(): string;
}

/**
 * Checks the table once, when the program starts: every state must be reachable from `initial`, and every
 * state must reach a terminal one, so that nothing can be written that waits for ever.
 */
export function defineStateMachine<S extends string>(initial: S, table: TransitionTable<S>): StateMachine<S> {
  const states = Object.keys(table) as S[];
  const reachable = closure([initial], (state) => table[state]);
  const lost = states.filter((state) => !reachable.has(state));
  if (lost.length > 0) throw new Error(`States cannot be reached from ${initial}: ${lost.join(', ')}`);
  const sourcesOf = (to: S): readonly S[] => states.filter((from) => table[from].includes(to));
  const ending = closure(
    states.filter((state) => table[state].length === 0),
    sourcesOf,
  );
  const endless = states.filter((state) => !ending.has(state));
  if (endless.length > 0) throw new Error(`States never end: ${endless.join(', ')}`);
  return {
    states,
    initial,
    can: (from, to) => table[from].includes(to),
    isTerminal: (state) => table[state].length === 0,
    sourcesOf,
    toMermaid: () => mermaid(initial, table),
  };
}

function closure<S>(start: readonly S[], next: (state: S) => readonly S[]): Set<S> {
  const seen = new Set<S>(start);
  const queue = [...start];
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (const follower of next(state)) {
      if (seen.has(follower)) continue;
      seen.add(follower);
      queue.push(follower);
    }
  }
  return seen;
}

function mermaid<S extends string>(initial: S, table: TransitionTable<S>): string {
  const lines = [`  [*] --> ${initial}`];
  for (const [from, followers] of Object.entries(table) as [S, readonly S[]][]) {
    if (followers.length === 0) lines.push(`  ${from} --> [*]`);
    for (const to of followers) lines.push(`  ${from} --> ${to}`);
  }
  return ['stateDiagram-v2', ...lines].join('\n');
}
