import { randomBytes } from 'node:crypto';
import { credentialSecretRpc, listCredentialsRpc } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import { silentLogger } from '@shotloom/testing';
import type { IdentityTables } from '../src/identity/schema/tables';
import { readKeyRing } from '@shotloom/sealing';
import { ProviderCredentials } from '../src/provider-credentials/provider-credentials';
import { resealCredentials } from '../src/provider-credentials/reseal-credentials';
import { saveOperatorCredential, type SavedCredential } from '../src/provider-credentials/save-credential';
import { startGateway, type GatewayFixture } from './gateway-fixture';

jest.setTimeout(30_000);

const newKey = (): string => randomBytes(32).toString('base64');
const OLD = newKey();
const oldRing = readKeyRing(OLD, undefined);
const SECRETS = { accessKey: 'AK-visible-nowhere-1', secretKey: 'SK-visible-nowhere-2' };

let gateway: GatewayFixture;
let database: Database<IdentityTables>;

beforeAll(async () => {
  gateway = await startGateway({ PROVIDERS_ENABLED: 'animatic,kling,hailuo', CREDENTIALS_KEY: OLD });
  ({ database } = gateway);
});
afterAll(() => gateway.close());
beforeEach(async () => {
  await database.sql.deleteFrom('identity.provider_credential_versions').execute();
  await database.sql.deleteFrom('identity.provider_credentials').execute();
});

const save = (change: object = {}, ring = oldRing): Promise<SavedCredential> =>
  saveOperatorCredential(database, ring, { provider: 'kling', name: 'main', fields: SECRETS, ...change });
const secret = async (saved: SavedCredential, provider = 'kling'): Promise<unknown> => {
  const reference = { id: saved.credentialId, version: saved.version };
  return (await gateway.backstage.bus.request(credentialSecretRpc(provider), reference)).credential;
};
const listed = async (provider: string): Promise<unknown> =>
  (await gateway.backstage.bus.request(listCredentialsRpc, { provider })).credentials;
const versions = () =>
  database.sql.selectFrom('identity.provider_credential_versions').selectAll().orderBy('version').execute();
const change = (values: object, version = 1): Promise<unknown> =>
  database.sql
    .updateTable('identity.provider_credential_versions')
    .set(values)
    .where('version', '=', version)
    .execute();

describe('what is kept', () => {
  it('is the same credential and version for the same fields, and a new version for others', async () => {
    const first = await save();
    expect(await save({ fields: { secretKey: SECRETS.secretKey, accessKey: SECRETS.accessKey } })).toEqual(
      first,
    );
    const second = await save({ fields: { ...SECRETS, secretKey: 'another' } });
    expect(second).toEqual({ credentialId: first.credentialId, version: 2 });
    expect(
      await save({ fields: { ...SECRETS, secretKey: 'another' }, baseUrl: 'http://127.0.0.1:1' }),
    ).toEqual({
      credentialId: first.credentialId,
      version: 3,
    });
    const other = await save({ name: 'second' });
    expect(other).toMatchObject({ version: 1 });
    expect(other.credentialId).not.toBe(first.credentialId);
  });

  it('is one credential where several save it at once', async () => {
    const saved = await Promise.all(Array.from({ length: 5 }, () => save()));
    expect(new Set(saved.map(({ credentialId }) => credentialId)).size).toBe(1);
    expect(await versions()).toHaveLength(1);
  });

  it('shows no secret in any column, and is sealed otherwise each time', async () => {
    await save();
    await save({ name: 'second' });
    const rows = await versions();
    for (const row of rows) {
      const text = Object.values(row).map((value) =>
        Buffer.isBuffer(value) ? value.toString('latin1') : String(value),
      );
      expect(text.join(' ')).not.toMatch(/visible-nowhere|accessKey/);
    }
    expect(new Set(rows.map(({ ciphertext }) => ciphertext.toString('hex'))).size).toBe(2);
    expect(new Set(rows.map(({ nonce }) => nonce.toString('hex'))).size).toBe(2);
  });
});

describe('on the bus', () => {
  it('credentials are listed without secrets, in their newest version', async () => {
    const { credentialId } = await save();
    await save({ fields: { apiKey: 'new' } });
    expect(await listed('kling')).toEqual([
      {
        ...{
          id: credentialId,
          version: 2,
          ownerUserId: null,
          enabled: true,
          pollSeconds: null,
          concurrency: null,
        },
        ...{ dayCapMicros: null, monthCapMicros: null },
      },
    ]);
    expect(await listed('hailuo')).toEqual([]);
  });

  it('secrets are given version by version, also old ones and where the credential is switched off', async () => {
    const first = await save({ baseUrl: 'https://vendor.example/v1' });
    const second = await save({ fields: { apiKey: 'new' } });
    await database.sql.updateTable('identity.provider_credentials').set({ enabled: false }).execute();
    const { credentialId: id } = first;
    expect(await secret(first)).toEqual({
      id,
      version: 1,
      fields: SECRETS,
      baseUrl: 'https://vendor.example/v1',
    });
    expect(await secret(second)).toEqual({ id, version: 2, fields: { apiKey: 'new' }, baseUrl: null });
    expect(await listed('kling')).toMatchObject([{ enabled: false }]);
  });

  it("secrets are given to the provider's own workers only", async () => {
    const saved = await save();
    expect(await secret(saved, 'hailuo')).toBeNull();
    expect(await secret({ ...saved, version: 2 })).toBeNull();
    expect(await secret({ credentialId: newId(), version: 1 })).toBeNull();
    expect(await secret({ credentialId: 'no id', version: 1 })).toBeNull();
    await expect(secret(saved, 'runway')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a row that was changed', () => {
  const changes: [string, () => Promise<unknown>][] = [
    ['its ciphertext', async () => change({ ciphertext: Buffer.alloc(80, 1) })],
    ['its nonce', async () => change({ nonce: Buffer.alloc(12) })],
    ['its address', async () => change({ base_url: 'https://thief.example' })],
    ['its version', async () => change({ version: 3 })],
    [
      'its provider',
      async () =>
        database.sql.updateTable('identity.provider_credentials').set({ provider: 'hailuo' }).execute(),
    ],
  ];
  it.each(changes)('in %s gives no secret', async (what, tamper) => {
    const saved = await save();
    await tamper();
    const asked = secret(
      { ...saved, version: what === 'its version' ? 3 : 1 },
      what === 'its provider' ? 'hailuo' : 'kling',
    );
    await expect(asked).rejects.toMatchObject({ code: 'internal' });
    await expect(asked).rejects.not.toThrow(/visible-nowhere/);
  });

  it("by another credential's gives no secret", async () => {
    const mine = await save({ name: 'mine' });
    const theirs = await save({ name: 'theirs', fields: { apiKey: 'theirs' } });
    const { nonce, ciphertext } = await database.sql
      .selectFrom('identity.provider_credential_versions')
      .selectAll()
      .where('credential_id', '=', theirs.credentialId)
      .executeTakeFirstOrThrow();
    await database.sql
      .updateTable('identity.provider_credential_versions')
      .set({ nonce, ciphertext })
      .where('credential_id', '=', mine.credentialId)
      .execute();
    await expect(secret(mine)).rejects.toMatchObject({ code: 'internal' });
    expect(await secret(theirs)).toMatchObject({ fields: { apiKey: 'theirs' } });
  });
});

describe('when the operator changes the key', () => {
  const NEW = newKey();
  const both = readKeyRing(NEW, `${oldRing.current.id}=${OLD}`);
  const onlyNew = readKeyRing(NEW, undefined);
  const reading = (ring: typeof both | null): ProviderCredentials =>
    new ProviderCredentials(database, ring, silentLogger());
  const ask = (ring: typeof both | null, saved: SavedCredential) =>
    reading(ring).secret('kling', { id: saved.credentialId, version: saved.version });

  it('the old key still opens what it sealed, and the new one seals what is new', async () => {
    const first = await save();
    const second = await save({ fields: { apiKey: 'new' } }, both);
    expect((await versions()).map((row) => row.key_id)).toEqual([oldRing.current.id, both.current.id]);
    expect(await ask(both, first)).toMatchObject({ fields: SECRETS });
    expect(await ask(both, second)).toMatchObject({ fields: { apiKey: 'new' } });
  });

  it('what is sealed with a key that is gone is not offered, and says what is missing', async () => {
    const saved = await save();
    expect(await reading(onlyNew).list('kling')).toEqual([]);
    await expect(ask(onlyNew, saved)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(oldRing.current.id) as string,
    });
    expect(await save({}, onlyNew)).toEqual({ ...saved, version: 2 });
  });

  it('everything is sealed anew with it, and then the old one may go', async () => {
    const saved = [
      await save(),
      await save({ fields: { apiKey: 'new' }, baseUrl: 'https://vendor.example' }),
    ];
    await save({ name: 'second' }, both);
    expect(await resealCredentials(database, both)).toBe(2);
    expect(await resealCredentials(database, both)).toBe(0);
    expect(await Promise.all(saved.map((one) => ask(onlyNew, one)))).toMatchObject([
      { fields: SECRETS, version: 1 },
      { fields: { apiKey: 'new' }, version: 2, baseUrl: 'https://vendor.example' },
    ]);
  });

  it('no key at all means no credentials, and is no failure', async () => {
    const saved = await save();
    expect(await reading(null).list('kling')).toEqual([]);
    expect(await ask(null, saved)).toBeNull();
  });
});
