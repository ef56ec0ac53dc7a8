import { randomBytes } from 'node:crypto';
import { EngineRoom } from './engine-room';
import { call, startGateway, type Answer, type GatewayFixture, type TestUser } from './gateway-fixture';

export const reason = 'because a test says so';

type Init = Parameters<typeof call>[3];

/** A gateway with the engine behind it, an admin and an operator, and short words for what they ask. */
export class AdminFixture {
  private constructor(
    readonly gateway: GatewayFixture,
    readonly engine: EngineRoom,
    readonly admin: TestUser,
    readonly operator: TestUser,
  ) {}

  static async start(): Promise<AdminFixture> {
    const gateway = await startGateway({
      PROVIDERS_ENABLED: 'animatic,kling',
      CREDENTIALS_KEY: randomBytes(32).toString('base64'),
    });
    const engine = new EngineRoom(gateway.backstage);
    const admin = await gateway.addUser(['read', 'generate', 'admin'], 'admin');
    const operator = await gateway.addUser(['read', 'generate', 'admin'], 'operator');
    return new AdminFixture(gateway, engine, admin, operator);
  }

  close(): Promise<void> {
    return this.gateway.close();
  }

  readonly ask = (path: string, who: TestUser, init: Init = {}): Promise<Answer> =>
    call(this.gateway, `/api/v1/admin${path}`, who, init);

  readonly post = (
    path: string,
    json: object = { reason },
    who: TestUser = this.admin,
    headers: Record<string, string> = {},
  ): Promise<Answer> => this.ask(path, who, { method: 'POST', json, headers });

  readonly put = (path: string, json: object, who: TestUser = this.admin): Promise<Answer> =>
    this.ask(path, who, { method: 'PUT', json });

  readonly audit = async (query: string): Promise<Record<string, unknown>[]> =>
    (await this.ask(`/audit-log?${query}`, this.operator)).body['data'] as Record<string, unknown>[];

  /** What was done to it, oldest first. */
  readonly actions = async (targetId: string): Promise<unknown[]> =>
    (await this.audit(`target_id=${encodeURIComponent(targetId)}`)).map(({ action }) => action).reverse();
}
