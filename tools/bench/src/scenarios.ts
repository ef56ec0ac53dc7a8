import { acceptScenario } from './accept/accept-scenario';
import { finishScenario } from './finish/finish-scenario';
import { growthScenario } from './growth/growth-scenario';
import { inflightScenario } from './inflight/inflight-scenario';
import { overheadScenario } from './overhead/overhead-scenario';
import { realtimeScenario } from './realtime/realtime-scenario';
import { recoveryScenario } from './recovery/recovery-scenario';
import type { Scenario } from './scenario';

export const SCENARIOS: readonly Scenario[] = [
  acceptScenario,
  growthScenario,
  finishScenario,
  overheadScenario,
  inflightScenario,
  realtimeScenario,
  recoveryScenario,
];
