const USER_ID = '019aa000-0000-7000-8000-000000000003';
const ACCOUNT_ID = '019aa000-0000-7000-8000-000000000004';
const CREDENTIAL_ID = '019aa000-0000-7000-8000-000000000007';
const AT = '2026-11-22T05:00:00.000Z';
const because = (reason: string) => ({ request: { reason } });

const CONFIG = {
  provider: 'kling',
  own_key: {
    fields: { apiKey: 'sk-****x4KR' },
    base_url: null,
    enabled: true,
    updated_at: AT,
  },
  settings: { model: 'kling:kling-2.6', size: '1080P', aspect_ratio: '9:16', variants: 3 },
  own_keys_allowed: true,
  allowed_base_urls: [],
  own_key_fee_credits: 0,
};
const REPORT = {
  ok: true,
  checks: [{ what: 'Asked Kling for tasks with this key', ok: true, detail: 'The API key is accepted.' }],
  error: null,
};
const CREDENTIAL = {
  id: CREDENTIAL_ID,
  name: 'main',
  version: 2,
  fields: { apiKey: 'sk-****x4KR' },
  base_url: null,
  enabled: true,
  concurrency: 20,
  caps: { day_usd: 100, month_usd: 2_000, alert_percents: [80, 100], low_balance: 500 },
  spent: { day_usd: 12.6, month_usd: 240.5 },
  paused: null,
  updated_at: AT,
};
const MODEL = {
  id: 'animatic:animatic-2',
  provider: 'animatic',
  title: 'Animatic, short',
  description: 'The built-in engine, for short drafts.',
  operations: ['image-to-video'],
  duration: { min: 1, max: 5, step: 1, default: 3 },
  aspect_ratios: ['16:9'],
  sizes: { '720P': { '16:9': { width: 1280, height: 720 } } },
  default_size: '720P',
  prompt: { required: true, max_length: 2_000 },
  supports: { negative_prompt: false, seed: true, strength: false },
  inputs: { image: { max_bytes: 10_485_760, max_pixels: 50_000_000 }, video: null },
  execution: {
    kind: 'lease',
    resubmit_safe: true,
    usual_seconds: 8,
    longest_wait_seconds: 600,
    max_attempts: 3,
  },
  cancel_policy: 'free',
  added_on: '2026-11-22',
  retires_on: null,
  successor: null,
};
const CHANGED = { account_id: ACCOUNT_ID, amount: 500, credits: { available: 1_495, held: 5 } };

/** Examples of what concerns providers and those who run the platform. */
export const OPERATIONS_EXAMPLES: Readonly<
  Record<string, { readonly request?: unknown; readonly response?: unknown }>
> = {
  getProviderConfig: { response: CONFIG },
  saveProviderConfig: {
    request: { fields: { apiKey: 'sk-0123456789abcdefx4KR' }, settings: CONFIG.settings },
    response: CONFIG,
  },
  testProviderConnection: { response: REPORT },
  getProviderBalance: {
    response: {
      lines: [
        {
          name: 'Pack 1000',
          remaining: '812.5',
          total: '1000',
          unit: 'kling_unit',
          usable: true,
          expires_at: null,
        },
      ],
      note: 'Kling updates these numbers up to twelve hours late.',
    },
  },
  disableUser: because('The account was taken over; the owner asked for it.'),
  enableUser: because('The owner has proven who they are.'),
  changeUserRole: { request: { role: 'operator', reason: 'Joins the team that runs the platform.' } },
  changeAccountPlan: { request: { plan_id: 'standard', reason: 'The trial is over.' } },
  disableAccount: because('Unpaid invoices.'),
  enableAccount: because('Paid.'),
  changeAccountCredits: {
    request: {
      amount: 500,
      reason: 'For the outage of 21 November.',
      expires_at: '2027-01-01T00:00:00.000Z',
    },
    response: CHANGED,
  },
  refundJob: { request: { reason: 'The video was black.' }, response: { ...CHANGED, amount: 5 } },
  createPlan: {
    request: { id: 'studio', title: 'Studio', concurrency: 40, weight: 2, monthly_credits: 5_000 },
  },
  changePlan: { request: { concurrency: 60, reason: 'Asked for by many.' } },
  retirePlan: because('Replaced by studio-2.'),
  saveModel: { request: { model: MODEL, reason: 'Short drafts are asked for.' } },
  retireModel: {
    request: { retires_on: '2027-01-01', successor: 'animatic:animatic-1', reason: 'Hardly used.' },
  },
  setModelPrice: {
    request: { price: { version: '2026-12-01', base: 0, per_second: 2 }, reason: 'The vendor is dearer.' },
  },
  pauseProvider: because('The vendor is being repaired; videos wait.'),
  resumeProvider: because('The vendor says that it is well.'),
  disableProvider: because('The contract has ended.'),
  enableProvider: because('There is a new contract.'),
  setProviderLimits: {
    request: {
      concurrency: 50,
      models: { 'kling:kling-3.0': 10 },
      reason: 'The resource pack allows 50 at a time.',
    },
  },
  listCredentials: { response: { data: [CREDENTIAL] } },
  createCredential: {
    request: {
      name: 'main',
      fields: { apiKey: 'sk-0123456789abcdefx4KR' },
      concurrency: 20,
      caps: { day_usd: 100, month_usd: 2_000 },
      reason: 'The first key.',
    },
    response: CREDENTIAL,
  },
  changeCredential: {
    request: { caps: { day_usd: 150 }, reason: 'More videos before the holidays.' },
    response: CREDENTIAL,
  },
  resetCredential: { ...because('The vendor has unlocked the key.'), response: CREDENTIAL },
  testCredential: { response: REPORT },
  replayDeadLetter: because('What refused it is repaired.'),
  resolveUncertain: {
    request: { resolution: { kind: 'found', vendorTaskId: '8231' }, reason: "Seen in the vendor's console." },
  },
  changeSettings: { request: { own_key_fee_credits: 1, user_credentials: true } },
  setMaintenance: {
    request: { maintenance: { message: 'Back at 06:00 UTC.', retry_after_seconds: 1_800 } },
  },
  getSpend: {
    response: {
      from: '2026-11-01',
      to: '2026-11-22',
      total_usd: 240.5,
      data: [{ key: CREDENTIAL_ID, name: 'main', usd: 240.5, attempts: 700, delivered: 688 }],
    },
  },
  getUser: {
    response: {
      id: USER_ID,
      email: 'demo@shotloom.local',
      display_name: 'Demo',
      role: 'user',
      account_id: ACCOUNT_ID,
      email_verified_at: AT,
      disabled_at: null,
      created_at: AT,
      accounts: [{ id: ACCOUNT_ID, name: 'Demo', kind: 'personal', role: 'owner' }],
      api_keys: 1,
      own_keys: [],
    },
  },
};
