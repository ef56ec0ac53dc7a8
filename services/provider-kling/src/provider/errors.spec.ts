import { klingError, KLING_ERRORS } from './errors';

const error = (code: number | null, status: number, effect: 'creates' | 'reads' = 'creates') =>
  klingError({ code, status, effect, message: 'their words', requestId: 'r-1' });

it.each([
  [1000, 'provider_auth_failed', false, 'refused'],
  [1004, 'provider_auth_failed', false, 'refused'],
  [1100, 'provider_auth_failed', false, 'refused'],
  [1101, 'provider_quota_exhausted', false, 'refused'],
  [1102, 'provider_quota_exhausted', false, 'refused'],
  [1103, 'provider_auth_failed', false, 'refused'],
  [1201, 'invalid_input', false, 'refused'],
  [1203, 'unsupported_by_model', false, 'refused'],
  [1301, 'content_rejected', false, 'refused'],
  [1302, 'provider_rate_limited', true, 'refused'],
  [1303, 'provider_rate_limited', true, 'refused'],
  [1304, 'provider_auth_failed', false, 'refused'],
  [5000, 'submit_unknown', false, 'unknown'],
  [5002, 'submit_unknown', false, 'unknown'],
])('maps %d by its code, whatever the HTTP status', (vendorCode, code, retryable, outcome) => {
  for (const status of [200, 429, 500]) {
    expect(error(vendorCode, status)).toMatchObject({
      ...{ code, retryable, outcome, provider: 'kling' },
      ...{ vendorCode: `${vendorCode}`, vendorMessage: 'their words', chargeable: false },
    });
  }
});

it('lets a read be asked again where a create would be uncertain', () => {
  expect(error(5000, 500, 'reads')).toMatchObject({ code: 'provider_unavailable', retryable: true });
});

it.each([
  [null, 502, 'submit_unknown', 'unknown'],
  [9999, 500, 'submit_unknown', 'unknown'],
  [9999, 200, 'submit_unknown', 'unknown'],
  [null, 307, 'submit_unknown', 'unknown'],
  [null, 429, 'provider_rate_limited', 'refused'],
  [null, 401, 'provider_auth_failed', 'refused'],
  [9999, 422, 'provider_failed', 'refused'],
])('falls back on the status for code %p with %d', (vendorCode, status, code, outcome) => {
  expect(error(vendorCode, status)).toMatchObject({ code, outcome });
});

it('says in every row what happened, in a sentence', () => {
  for (const row of Object.values(KLING_ERRORS)) expect(row.words).toMatch(/^[A-Z].+\.$/);
});
