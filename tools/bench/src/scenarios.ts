import { acceptScenario } from './accept/accept-scenario';
import type { Scenario } from './scenario';

export const SCENARIOS: readonly Scenario[] = [acceptScenario];
