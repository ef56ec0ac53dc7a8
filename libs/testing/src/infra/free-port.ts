import { createServer } from 'node:net';

/** A TCP port of 127.0.0.1 that nobody listens on at this moment. Bind it soon: it is not reserved. */
export function freePort(): Promise<number> {
  return listenOnce(0);
}

/** Whether 127.0.0.1:`port` can be bound now. */
export async function isPortFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

/**
 * `wanted` when it was asked for, else the first free one of `preferred` and whatever the system gives. A port that was
 * asked for by name and is taken is an error: silently moving elsewhere would break whoever relies on it.
 */
export async function choosePort(options: {
  what: string;
  wanted?: number | undefined;
  preferred?: number | undefined;
}): Promise<number> {
  const { what, wanted, preferred } = options;
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
