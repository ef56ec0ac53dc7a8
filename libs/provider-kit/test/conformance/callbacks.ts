import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '@shotloom/kernel';
import type { CallbackVerdict } from '@shotloom/provider-kit';
import type { Bench } from './bench';

/** Callbacks that are true, repeated and forged, as a vendor sends them to an address. */
export function describeCallbacks(bench: () => Bench, areSigned: boolean): void {
  describe('callbacks', () => {
    let verdicts: CallbackVerdict[];
    let arrived: () => void;
    let url: string;
    let close: () => Promise<unknown>;

    beforeEach(async () => {
      verdicts = [];
      arrived = () => undefined;
      const { adapter, credential } = bench().rig;
      const receiver = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const rawBody = Buffer.concat(chunks);
          const reply = adapter.answerChallenge?.(rawBody) ?? null;
          response.end(JSON.stringify(reply ?? {}));
          if (reply !== null) return;
          const headers = request.headers as Record<string, string | undefined>;
          const verdict = adapter.parseCallback?.({ rawBody, headers, credential });
          if (verdict) verdicts.push(verdict);
          arrived();
        });
      });
      await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
      close = () =>
        new Promise((resolve) => {
          receiver.close(resolve);
          receiver.closeAllConnections();
        });
    });
    afterEach(() => close());

    const until = (count: number): Promise<void> =>
      new Promise((resolve) => {
        arrived = () => (verdicts.length >= count ? resolve() : undefined);
        arrived();
      });
    const trusted = areSigned ? 'verified' : 'hint';

    it('are recognised as the same when they come three times', async () => {
      const { rig } = bench();
      rig.simulator.script({ kind: 'callbacks', mode: 'duplicate' });
      const { vendorTaskId } = await bench().submit(newId(), url);
      rig.letRun();
      await until(3);
      expect(verdicts.map(({ kind }) => kind)).toEqual([trusted, trusted, trusted]);
      const ids = verdicts.map((verdict) =>
        verdict.kind === 'verified'
          ? verdict.deliveryId
          : verdict.kind === 'hint'
            ? verdict.vendorTaskId
            : '',
      );
      expect(new Set(ids).size).toBe(1);
      expect(verdicts[0]).toMatchObject({ vendorTaskId });
    });

    it('are not believed when they are forged', async () => {
      const { rig } = bench();
      rig.simulator.script({ kind: 'callbacks', mode: 'forge' });
      const id = newId();
      const { vendorTaskId } = await bench().submit(id, url);
      rig.letRun();
      await until(2);
      const believed = verdicts.filter((verdict) => verdict.kind === 'verified');
      for (const { outcome } of believed) expect(outcome.kind).toBe('running');
      if (areSigned) expect(verdicts.map(({ kind }) => kind)).toContain('refused');
      expect((await bench().pollOne(id, vendorTaskId)).kind).toBe('running');
    });

    it('carry the result, or lead to it', async () => {
      const { rig } = bench();
      const id = newId();
      const { vendorTaskId } = await bench().submit(id, url);
      rig.letRun();
      rig.letFinish();
      await until(2);
      const kinds = verdicts.flatMap((verdict) =>
        verdict.kind === 'verified' ? [verdict.outcome.kind] : [],
      );
      expect(kinds.includes('succeeded')).toBe(areSigned);
      expect((await bench().pollOne(id, vendorTaskId)).kind).toBe('succeeded');
    });

    it.each(['', 'text', '[]', '{}', 'null', '{"challenge":7}'])(
      'are refused, and never thrown at, where the body is %j',
      (body) => {
        const { adapter, credential } = bench().rig;
        const rawBody = Buffer.from(body);
        expect(adapter.answerChallenge?.(rawBody) ?? null).toBeNull();
        const verdict = adapter.parseCallback?.({ rawBody, headers: {}, credential });
        expect(verdict).toMatchObject({ kind: 'refused' });
      },
    );
  });
}
