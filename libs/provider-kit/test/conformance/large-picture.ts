import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { picture } from '../support/picture';
import { failureOf, type Bench } from './bench';
import type { ConformanceSubject } from './rig';

type Largest = NonNullable<ConformanceSubject['largestPicture']>;

/** What sockets on both sides may hold of a body that nobody reads. Bytes. */
const IN_SOCKETS = 8 * 1024 * 1024;
const STILL_MS = 300;
/** The server is slow on purpose, and so may the machine be. */
const PATIENT_MS = 60_000;

/** The vendor's server reads slowly: how much of a picture is then in memory is how much was taken from the store and not sent. */
export function describeLargePicture(bench: () => Bench, { bytes, task }: Largest): void {
  describe('the largest picture', () => {
    it('is taken by the vendor', async () => {
      const { rig } = bench();
      const call = bench().call();
      const { vendorTaskId } = await rig.adapter.submit(task(newId(), picture(bytes)), call);
      expect(vendorTaskId).toMatch(/./);
    }, 30_000);

    it(
      'is read no faster than the vendor takes it, and once',
      async () => {
        const server = createServer();
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        try {
          let read = 0;
          let movedAt = Date.now();
          const input = picture(bytes, 'first_frame', (size) => {
            read += size;
            movedAt = Date.now();
          });
          const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
          const credential = { ...bench().rig.credential, baseUrl };
          const asked = once(server, 'request');
          const sent = failureOf(
            bench().rig.adapter.submit(task(newId(), input), { credential, timeoutMs: PATIENT_MS }),
          );
          const [request, response] = (await asked) as [IncomingMessage, { end(): void; statusCode: number }];
          await waitFor(() => read > 0 && Date.now() - movedAt > STILL_MS, { what: 'a still body' });
          expect(read).toBeLessThan(Math.min(bytes, IN_SOCKETS));
          request.resume();
          await once(request, 'end');
          response.statusCode = 400;
          response.end();
          expect((await sent).outcome).toBe('refused');
          expect(read).toBe(bytes);
        } finally {
          server.closeAllConnections();
          server.close();
        }
      },
      PATIENT_MS + 15_000,
    );
  });
}
