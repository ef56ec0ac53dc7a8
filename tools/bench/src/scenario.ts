import type { ScenarioResult } from './results';

export interface ScenarioContext {
  /** Shorter and with fewer rounds: shows that it works, and roughly what comes out. */
  readonly quick: boolean;
  readonly say: (text: string) => void;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  run(context: ScenarioContext): Promise<Omit<ScenarioResult, 'name' | 'title' | 'seconds' | 'busyBefore'>>;
}
