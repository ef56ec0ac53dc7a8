import { waitFor } from './wait-for';

describe('waitFor', () => {
  it('returns the first truthy value', async () => {
    let looks = 0;
    const value = await waitFor(() => (++looks === 3 ? `look ${looks}` : undefined), {
      what: 'the third look',
      intervalMs: 1,
    });
    expect(value).toBe('look 3');
  });

  it('names what it waited for and the last thing it saw', async () => {
    const never = waitFor(() => 0, { what: 'a job', timeoutMs: 5, intervalMs: 1 });
    await expect(never).rejects.toThrow('Waited 5 ms for a job; the last look gave 0');
  });

  it('takes an exception for "not yet" and shows it at the end', async () => {
    let looks = 0;
    const flaky = (): boolean => {
      looks += 1;
      if (looks === 1) throw new Error('refused');
      return true;
    };
    await expect(waitFor(flaky, { what: 'a server', intervalMs: 1 })).resolves.toBe(true);

    const broken = waitFor(
      () => {
        throw new Error('refused');
      },
      { what: 'a server', timeoutMs: 5, intervalMs: 1 },
    );
    await expect(broken).rejects.toThrow('Waited 5 ms for a server; the last look gave an error: refused');
  });

  it('gives up when it is told to', async () => {
    const asked = new AbortController();
    const waiting = waitFor(() => asked.abort(new Error('enough')), {
      what: 'nothing',
      intervalMs: 1,
      signal: asked.signal,
    });
    await expect(waiting).rejects.toThrow('enough');
  });
});
