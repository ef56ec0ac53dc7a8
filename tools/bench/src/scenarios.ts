import { acceptScenario } from './accept/accept-scenario';
import { growthScenario } from './growth/growth-scenario';
import type { Scenario } from './scenario';

export const SCENARIOS: readonly Scenario[] = [acceptScenario, growthScenario];
