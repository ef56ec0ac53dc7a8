import type { SimReply, SimRequest } from '../core/sim-http';
import type { KlingAccount } from './kling-accounts';
import { KlingError, succeeded } from './kling-errors';

const YEAR_MS = 365 * 24 * 3600 * 1000;
const TOTAL = 1_000_000;

/** `GET /account/costs`: the resource packs of an account. */
export function accountCosts(account: KlingAccount, { method, query }: SimRequest, now: number): SimReply {
  if (method !== 'GET') throw new KlingError(1202);
  const [from, to] = [query.get('start_time'), query.get('end_time')];
  if (!/^\d{13}$/.test(from ?? '') || !/^\d{13}$/.test(to ?? '')) {
    throw new KlingError(1201, 'start_time and end_time are milliseconds');
  }
  const pack = {
    resource_pack_name: 'Simulated pack',
    resource_pack_id: 'sim-pack-1',
    resource_pack_type: 'decreasing_total',
    total_quantity: TOTAL,
    remaining_quantity: Math.round(account.units * 1000) / 1000,
    purchase_time: now - YEAR_MS,
    effective_time: now - YEAR_MS,
    invalid_time: now + YEAR_MS,
    status: account.units > 0 ? 'online' : 'runOut',
  };
  return succeeded({ code: 0, msg: 'SUCCEED', resource_pack_subscribe_infos: [pack] });
}
