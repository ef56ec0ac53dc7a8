/** One ratio, both sides of which were measured in the same run on the same machine. */
export interface Ratio {
  /** Names the measurement within its scenario, for whoever compares two runs. */
  readonly key: string;
  readonly what: string;
  readonly measured: number;
  readonly against: string;
  readonly reference: number;
  /** Of both sides. */
  readonly unit: string;
  /** `measured / reference`, as the median over the rounds and not of the two medians. */
  readonly ratio: number;
  readonly aim: string | null;
  readonly reached: boolean | null;
  /** Of every round, in order. */
  readonly rounds: readonly number[];
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly ratios: readonly Ratio[];
  readonly tables: readonly Table[];
  /** What a reader must know to judge the figures. */
  readonly notes: readonly string[];
  readonly seconds: number;
  /** Share of all cores that other programs used just before, 0 to 1. */
  readonly busyBefore: number;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly postgres: string;
  readonly nats: string;
}

export interface BenchReport {
  readonly startedAt: string;
  readonly revision: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly scenarios: readonly ScenarioResult[];
}
