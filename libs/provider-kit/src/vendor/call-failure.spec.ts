import { callFailure, type FailedCall } from './call-failure';
import { redact } from './redact';

const failed = (more: Partial<FailedCall>): ReturnType<typeof callFailure> =>
  callFailure({
    provider: 'kling',
    effect: 'creates',
    progress: { bodySent: true, status: undefined },
    stopped: undefined,
    timeoutMs: 30_000,
    thrown: withCode('ECONNRESET'),
    clean: (text) => redact(text, ['sk-very-secret']),
    ...more,
  });
const withCode = (code: string, message = 'gone', more: object = {}): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code, ...more }) });

it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED'])(
  'knows that %s means that nothing was bought',
  (code) => {
    expect(failed({ thrown: withCode(code) })).toMatchObject({
      code: 'provider_unavailable',
      outcome: 'refused',
      retryable: true,
    });
  },
);

it('takes a timeout while connecting for a refusal, and one while waiting for uncertain', () => {
  const connecting = withCode('ETIMEDOUT', 'no route', { syscall: 'connect' });
  expect(failed({ thrown: connecting }).outcome).toBe('refused');
  expect(failed({ thrown: withCode('ETIMEDOUT', 'slow', { syscall: 'read' }) }).outcome).toBe('unknown');
});

it('takes a reset before the body had left for a refusal, after it for uncertain', () => {
  expect(failed({ progress: { bodySent: false, status: undefined } }).outcome).toBe('refused');
  expect(failed({})).toMatchObject({ code: 'submit_unknown', outcome: 'unknown', retryable: false });
});

it.each(['deadline', 'caller'] as const)('takes a stop by the %s after the body for uncertain', (stopped) => {
  expect(failed({ stopped })).toMatchObject({ code: 'submit_unknown', outcome: 'unknown' });
});

it('says why the answer was lost', () => {
  expect(failed({ thrown: withCode('UND_ERR_SOCKET', 'other side closed') }).message).toContain(
    'was lost (the connection failed: other side closed (UND_ERR_SOCKET))',
  );
  expect(failed({ stopped: 'deadline' }).message).toContain('was lost (no answer within 30 s)');
  expect(failed({ stopped: 'caller' }).message).toContain('was lost (the call was stopped)');
});

it('reads the verdict from the status where only its words were lost', () => {
  expect(failed({ progress: { bodySent: true, status: 400 } }).outcome).toBe('refused');
  expect(failed({ progress: { bodySent: true, status: 200 } }).outcome).toBe('unknown');
  expect(failed({ progress: { bodySent: true, status: 504 } }).outcome).toBe('unknown');
});

it('lets reads be asked again', () => {
  expect(failed({ effect: 'reads' })).toMatchObject({ code: 'provider_unavailable', retryable: true });
  expect(failed({ effect: 'reads', stopped: 'deadline' }).code).toBe('provider_timeout');
});

it('keeps secrets out of the message, the details and the cause', () => {
  const error = failed({
    effect: 'reads',
    thrown: withCode('ECONNRESET', 'https://x/?key=sk-very-secret Bearer abc.def'),
  });
  const all = JSON.stringify([error.toRecord(), String(error.cause), error.stack]);
  expect(all).not.toContain('sk-very-secret');
  expect(all).not.toContain('abc.def');
  expect(all).toContain('[secret]');
});
