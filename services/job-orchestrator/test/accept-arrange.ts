import type { Kysely } from 'kysely';
import { credits, newId } from '@shotloom/kernel';
import { grant, openLedgerAccount } from '@shotloom/ledger';
import type { AcceptRequest } from '../src/jobs/accept-request';
import type { JobsSchema } from '../src/schema/tables';
import { VIDEO, type User } from './harness';

export type { User };

/** A user whose account has this much. */
export async function fundedUser(sql: Kysely<JobsSchema>, amount: number): Promise<User> {
  const user = { userId: newId(), accountId: newId() };
  await openLedgerAccount(sql, { accountId: user.accountId });
  await grant(sql, {
    accountId: user.accountId,
    amount: credits(amount),
    reference: `grant-${user.accountId}`,
    reason: 'test',
  });
  return user;
}

/** One video for 5 credits unless told otherwise. */
export function acceptRequest(user: User, more: Partial<AcceptRequest> = {}): AcceptRequest {
  return {
    ...user,
    idempotency: null,
    request: VIDEO,
    price: { credits: 5, version: '2026-11-01' },
    jobIds: [newId()],
    metadata: {},
    retryOf: null,
    fallback: [],
    budgets: [],
    weight: 1,
    limits: { concurrency: null, perProvider: null, generationsPerHour: null, accountVersion: 0, version: 0 },
    ...more,
  };
}
