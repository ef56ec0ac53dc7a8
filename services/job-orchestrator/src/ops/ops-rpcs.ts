import {
  listDeadLettersRpc,
  listUncertainRpc,
  opsAuditRpc,
  pauseProviderRpc,
  replayDeadLetterRpc,
  resolveUncertainRpc,
  type RpcContract,
} from '@shotloom/contracts';

/** What `OpsController` answers. */
export const OPS_RPCS: readonly RpcContract[] = [
  opsAuditRpc,
  listUncertainRpc,
  resolveUncertainRpc,
  listDeadLettersRpc,
  replayDeadLetterRpc,
  pauseProviderRpc,
];
