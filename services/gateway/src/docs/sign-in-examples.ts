import type { OperationExample } from './operation-example';

const USER_ID = '019aa000-0000-7000-8000-000000000003';
const SESSION_ID = '019aa000-0000-7000-8000-000000000007';
const KEY_ID = '019aa000-0000-7000-8000-000000000008';
const TOKEN = 'x'.repeat(43);
const EMAIL = 'ada@example.com';
const PASSWORD = 'correct horse battery staple';
const AT = '2026-11-27T05:00:00.000Z';

const SIGNED_IN = {
  user_id: USER_ID,
  session_id: SESSION_ID,
  role: 'user',
  expires_in: 600,
  token_type: 'Bearer',
  access_token: 'eyJhbGciOiJFZERTQSJ9...',
  refresh_token: TOKEN,
};
const ACCEPTED = {
  status: 'accepted',
  detail: 'If there is an account with this address, a link is on its way.',
};
const API_KEY = {
  id: KEY_ID,
  name: 'render farm',
  prefix: 'sl_0123456789abcdef',
  scopes: ['generate', 'read'],
  monthly_credit_limit: 500,
  rotated_from: null,
  created_at: AT,
  last_used_at: null,
  expires_at: '2027-11-27T05:00:00.000Z',
  revoked_at: null,
};
const WHOLE_KEY = `sl_0123456789abcdef_${TOKEN}`;

/** They need no credentials: they are how one gets them. */
export const PUBLIC_SIGN_IN_OPERATIONS = [
  'getAuthMethods',
  'login',
  'refreshSession',
  'logout',
  'register',
  'verifyEmail',
  'resendVerification',
  'forgotPassword',
  'resetPassword',
  'startGoogleSignIn',
  'finishGoogleSignIn',
  'startIssuerSignIn',
  'finishIssuerSignIn',
] as const;

/** Examples of signing in, sessions and API keys. */
export const SIGN_IN_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  getAuthMethods: {
    response: {
      password: true,
      registration: 'verified',
      password_reset: true,
      issuers: [{ name: 'google', title: 'Google', start_url: '/api/v1/auth/google' }],
    },
  },
  register: { request: { email: EMAIL, password: PASSWORD, display_name: 'Ada' }, response: ACCEPTED },
  verifyEmail: { request: { token: TOKEN, password: PASSWORD }, response: SIGNED_IN },
  resendVerification: {
    request: { email: EMAIL },
    response: { ...ACCEPTED, detail: 'If a registration waits for this address, a link is on its way.' },
  },
  login: { request: { email: EMAIL, password: PASSWORD }, response: SIGNED_IN },
  refreshSession: { request: { refresh_token: TOKEN }, response: SIGNED_IN },
  logout: { request: { refresh_token: TOKEN } },
  forgotPassword: { request: { email: EMAIL }, response: ACCEPTED },
  resetPassword: { request: { token: TOKEN, password: PASSWORD } },
  updateMe: {
    request: { display_name: 'Ada L.', password: { current: PASSWORD, new: 'a longer one than before' } },
    response: {
      user_id: USER_ID,
      account_id: '019aa000-0000-7000-8000-000000000004',
      scopes: ['generate', 'read'],
      role: 'user',
      method: 'session',
      plan_id: 'standard',
      display_name: 'Ada L.',
      email: EMAIL,
      email_verified: true,
      credits: { available: 100, held: 0 },
    },
  },
  getSignInWays: {
    response: {
      password: true,
      identities: [
        {
          issuer: 'https://accounts.google.com',
          title: 'Google',
          email: EMAIL,
          linked_at: AT,
          last_used_at: AT,
        },
      ],
    },
  },
  listSessions: {
    response: {
      data: [
        {
          id: SESSION_ID,
          method: 'password',
          device: 'Mozilla/5.0 (X11; Linux x86_64)',
          address: '203.0.113.7',
          current: true,
          created_at: AT,
          last_used_at: AT,
          expires_at: '2027-02-25T05:00:00.000Z',
        },
      ],
    },
  },
  listApiKeys: { response: { data: [API_KEY], next_cursor: null } },
  createApiKey: {
    request: {
      name: API_KEY.name,
      scopes: API_KEY.scopes,
      expires_at: API_KEY.expires_at,
      monthly_credit_limit: API_KEY.monthly_credit_limit,
    },
    response: { ...API_KEY, key: WHOLE_KEY },
  },
  rotateApiKey: {
    request: { overlap_seconds: 3_600 },
    response: { ...API_KEY, rotated_from: '019aa000-0000-7000-8000-000000000009', key: WHOLE_KEY },
  },
};
