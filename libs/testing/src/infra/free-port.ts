import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range from which the kernel takes the ports of outgoing connections: nobody takes one by accident. */
const FIRST_PORT = 15_000;
const LAST_PORT = 32_000;
const givenOut = new Set<number>();

/** A TCP port of 127.0.0.1 that nobody listens on at this moment, and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (givenOut.has(port) || !(await isPortFree(port))) continue;
    givenOut.add(port);
    return port;
  }
  throw new Error(`No free TCP port was found on 127.0.0.1 between ${FIRST_PORT} and ${LAST_PORT}.`);
}

/** Whether 127.0.0.1:`port` can be bound now. */
export async function isPortFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

/**
 * `wanted` when it was asked for (0: any free one), else the first free one of `preferred` and whatever the system gives. A port that was
 * asked for by name and is taken is an error: silently moving elsewhere would break whoever relies on it.
 */
export async function choosePort(options: {
  what: string;
  wanted?: number | undefined;
  preferred?: number | undefined;
}): Promise<number> {
  const { what, wanted, preferred } = options;
  if (wanted === 0) return freePort();
  if (wanted !== undefined) {
    if (await isPortFree(wanted)) return wanted;
    throw new Error(
      `Port ${wanted} for ${what} is taken by another program: free it, or choose another port.`,
    );
  }
  if (preferred !== undefined && (await isPortFree(preferred))) return preferred;
  return freePort();
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}
