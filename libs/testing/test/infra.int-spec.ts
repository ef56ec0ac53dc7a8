import { createTestDatabase, infra, startNats, startPostgres } from '@shotloom/testing';
import { Client } from 'pg';

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('the servers of the int tier', () => {
  it('gives every caller a database of its own, and removes it although somebody is connected', async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await query(one.url, 'create table mark (id int)');
    expect(await query(two.url, `select to_regclass('mark') as found`)).toEqual([{ found: null }]);

    const left = new Client({ connectionString: one.url });
    left.on('error', () => undefined);
    await left.connect();
    await one.drop();
    await two.drop();
    await expect(query(one.url, 'select 1')).rejects.toThrow(/does not exist/);
  });

  it('is UTF-8, in UTC, and takes 200 connections', async () => {
    const rows = await query(
      infra().postgresUrl,
      `select current_setting('server_encoding') encoding, current_setting('timezone') zone,
              current_setting('max_connections') connections`,
    );
    expect(rows).toEqual([{ encoding: 'UTF8', zone: 'UTC', connections: '200' }]);
  });

  it('keeps rows over kill -9 and restart of Postgres', async () => {
    const server = await startPostgres();
    try {
      await query(server.url, 'create table kept as select 7 as value');
      const before = server.pid;
      await server.restart('SIGKILL');
      expect(server.pid).not.toBe(before);
      expect(await query(server.url, 'select value from kept')).toEqual([{ value: 7 }]);
    } finally {
      await server.stop();
    }
  });

  it('restarts NATS on the same port', async () => {
    const server = await startNats();
    try {
      const { pid, port } = server;
      await server.restart('SIGKILL');
      expect(server.port).toBe(port);
      expect(server.pid).not.toBe(pid);
    } finally {
      await server.stop();
    }
  });
});
