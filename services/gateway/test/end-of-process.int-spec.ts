import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startGateway, type GatewayFixture } from './gateway-fixture';

let gateway: GatewayFixture;
beforeEach(async () => {
  gateway = await startGateway();
});

async function open(firstBytes = ''): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  socket.write(firstBytes);
  return socket;
}

/** On another connection: what was opened before it was seen by then. */
const ask = (): Promise<Response> => fetch(`${gateway.url}/health/live`);

it.each([
  ['nothing was asked yet', ''],
  ['a first line is slow', 'GET / HT'],
  ['headers are slow', 'GET / HTTP/1.1\r\nhost: a\r\nx-more: '],
])('of the gateway does not wait for connections on which %s', async (_what, firstBytes) => {
  const socket = await open(firstBytes);
  await (await ask()).text();
  const ended = once(socket, 'close');
  await gateway.close();
  await ended;
});

it('still answers what was asked before', async () => {
  const socket = await open('GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  await once(socket, 'data');
  const ended = once(socket, 'close');
  await gateway.close();
  await ended;
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  expect(body.length).toBe(Number(/content-length: (\d+)/i.exec(head)?.[1]));
});
