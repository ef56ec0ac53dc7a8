import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload, type MicroserviceOptions } from '@nestjs/microservices';
import { AppError } from '@shotloom/kernel';
import type { RpcRequest, RpcResponse } from '@shotloom/contracts';
import { listDead, type Bus, type RpcContext } from '@shotloom/bus';
import { JetStreamStrategy, OnMessage, OnRequest, type DeliveryContext } from '@shotloom/bus/nest';
import { waitFor } from '@shotloom/testing';
import { double, Harness, publishNumbers, workConsumer } from './harness';

const spec = workConsumer();
const seen: unknown[] = [];

@Controller()
class WorkController {
  @OnMessage(spec, { concurrency: 2 })
  async onWork(@Payload() payload: { n: number }, @Ctx() context: DeliveryContext): Promise<void> {
    seen.push([payload.n, context.type, context.deliveryCount, context.envelope['correlationId']]);
    if (payload.n < 0) throw new AppError('not_found', 'there is no such thing');
    if (payload.n === 5 && context.deliveryCount === 1) throw new Error('once');
  }
}

@Controller()
class MathsController {
  @OnRequest(double)
  async onDouble(
    @Payload() { n }: RpcRequest<typeof double>,
    @Ctx() context: RpcContext,
  ): Promise<RpcResponse<typeof double>> {
    if (n > 100) throw new AppError('rate_limited', 'too large for today', { retryAfterMs: 5 });
    return { result: n * 2, late: context.signal.aborted };
  }
}

@Controller()
class SecondWorkController {
  @OnMessage(spec)
  async onWork(): Promise<void> {}
}

describe('the Nest strategy', () => {
  let harness: Harness;
  let bus: Bus;
  beforeEach(async () => {
    seen.length = 0;
    harness = await Harness.start();
    bus = await harness.busWith(spec);
  });
  afterEach(() => harness.stop());

  const boot = async (...controllers: Type[]): Promise<{ close(): Promise<void> }> => {
    @Module({ controllers })
    class TestModule {}
    const strategy = new JetStreamStrategy(bus, { consumers: [spec], rpcs: [double] });
    const options: MicroserviceOptions = { strategy };
    const app = await NestFactory.createMicroservice(TestModule, { ...options, logger: false });
    await app.listen();
    return app;
  };

  it('hands parsed messages to the handler, and its errors to the bus', async () => {
    const app = await boot(WorkController, MathsController);
    await publishNumbers(bus, 'work.a.submit', [5, -1]);
    await waitFor(async () => (await bus.streamState('WORK')).messages === 0, { what: 'an empty queue' });
    expect(seen).toEqual([
      [5, 'thing.happened.v1', 1, expect.any(String)],
      [-1, 'thing.happened.v1', 1, expect.any(String)],
      [5, 'thing.happened.v1', 2, expect.any(String)],
    ]);
    expect(await listDead(bus, { limit: 9 })).toMatchObject([
      { reason: 'not_found: there is no such thing' },
    ]);
    await app.close();
  });

  it('answers requests, with typed errors', async () => {
    const app = await boot(WorkController, MathsController);
    const asking = await harness.bus('asking');
    await bus.ping();
    expect(await asking.request(double, { n: 4 })).toEqual({ result: 8, late: false });
    const error = { code: 'rate_limited', message: 'too large for today', retryAfterMs: 5 };
    await expect(asking.request(double, { n: 101 })).rejects.toMatchObject(error);
    await app.close();
  });

  it('leaves requests to the other replicas once it closes, before the bus ends', async () => {
    const app = await boot(WorkController, MathsController);
    const asking = await harness.bus('asking');
    await bus.ping();
    await asking.request(double, { n: 4 });
    await app.close();
    expect(bus.isConnected()).toBe(true);
    await expect(asking.request(double, { n: 4 })).rejects.toMatchObject({
      code: 'unavailable',
      outcome: 'refused',
    });
  });

  it.each([
    ['a missing handler', [WorkController], 'rpc:rpc.maths.double has no handler.'],
    [
      'two handlers',
      [WorkController, SecondWorkController, MathsController],
      'consumer:WORK/worker has 2 handlers',
    ],
  ])('refuses to start with %s', async (_name, controllers, sentence) => {
    await expect(boot(...controllers)).rejects.toThrow(sentence);
  });

  it('refuses to start with a handler that is not declared', async () => {
    class Undeclared {
      async onOther(): Promise<void> {}
    }
    const other = workConsumer({ durable: 'other' });
    const descriptor = Object.getOwnPropertyDescriptor(Undeclared.prototype, 'onOther');
    if (descriptor !== undefined) OnMessage(other)(Undeclared.prototype, 'onOther', descriptor);
    Controller()(Undeclared);
    await expect(boot(WorkController, MathsController, Undeclared)).rejects.toThrow(
      'consumer:WORK/other has a handler but is not declared.',
    );
  });
});
