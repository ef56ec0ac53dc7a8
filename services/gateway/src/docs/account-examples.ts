import type { OperationExample } from './operation-example';

const USER_ID = '019aa000-0000-7000-8000-000000000003';
const ACCOUNT_ID = '019aa000-0000-7000-8000-00000000000a';
const JOB_ID = '019aa000-0000-7000-8000-000000000001';
const AT = '2026-11-27T05:00:00.000Z';

const ACCOUNT = {
  id: ACCOUNT_ID,
  name: 'Lighthouse Films',
  kind: 'organisation',
  plan: 'standard',
  role: 'owner',
  active: true,
  monthly_credit_limit: null,
  low_balance_alert_credits: 200,
  created_at: AT,
};
const MEMBER = {
  user_id: USER_ID,
  email: 'ada@example.com',
  display_name: 'Ada',
  role: 'member',
  monthly_credit_limit: 500,
  joined_at: AT,
};
const INVITATION = {
  id: '019aa000-0000-7000-8000-00000000000b',
  email: 'grace@example.com',
  role: 'member',
  monthly_credit_limit: 300,
  expires_at: '2026-12-04T05:00:00.000Z',
  created_at: AT,
};
const page = (item: unknown): OperationExample => ({ response: { data: [item], next_cursor: null } });

/** Of the routes about accounts and credits. */
export const ACCOUNT_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  listAccounts: page(ACCOUNT),
  createAccount: { request: { name: 'Lighthouse Films' }, response: ACCOUNT },
  getAccount: { response: ACCOUNT },
  changeAccount: { request: { low_balance_alert_credits: 200 }, response: ACCOUNT },
  activateAccount: { response: ACCOUNT },
  listMembers: page(MEMBER),
  changeMember: { request: { monthly_credit_limit: 500 }, response: MEMBER },
  listInvitations: page(INVITATION),
  createInvitation: {
    request: { email: 'grace@example.com', role: 'member', monthly_credit_limit: 300 },
    response: INVITATION,
  },
  acceptInvitation: { request: { token: `in_${'x'.repeat(43)}` }, response: { ...ACCOUNT, role: 'member' } },
  getCredits: {
    response: {
      available: 995,
      held: 5,
      owed: 0,
      lots: [
        { credits: 95, reason: 'Credits of November', expires_at: '2026-12-01T00:00:00.000Z' },
        { credits: 900, reason: 'A pack of 900 credits', expires_at: null },
      ],
      budgets: [{ kind: 'member', period: '2026-11', limit: 500, used: 5 }],
    },
  },
  listCreditTransactions: page({
    id: '019aa000-0000-7000-8000-00000000000c',
    kind: 'hold',
    amount: 5,
    available_change: -5,
    held_change: 5,
    job_id: JOB_ID,
    reason: `Set aside for job ${JOB_ID}.`,
    created_at: AT,
  }),
  quote: {
    request: {
      operation: 'text-to-video',
      prompt: 'a lighthouse at dusk',
      model: 'animatic:animatic-1',
      duration: 5,
      variants: 2,
    },
    response: {
      hold_credits: 10,
      per_variant_credits: 5,
      variants: 2,
      chain: [{ model: 'animatic:animatic-1', credits: 5, price_version: '2026-11-01' }],
      duration: 5,
      size: '720P',
      aspect_ratio: '16:9',
      available_credits: 995,
      affordable: true,
    },
  },
};
