import { applyDecorators, Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import type { ConsumerSpec, RpcContract } from '@shotloom/contracts';
import { throwError, type Observable } from 'rxjs';

/** Under this key the strategy finds what the decorators say. */
export interface PatternExtras {
  readonly concurrency?: number;
}

/** Nest would turn every error into "Internal server error"; the bus needs the error itself to decide about a retry. */
@Catch()
class PassThroughFilter implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}

/** The pattern of a durable consumer. */
export function consumerPattern(spec: Pick<ConsumerSpec, 'stream' | 'durable'>): string {
  return `consumer:${spec.stream}/${spec.durable}`;
}

/** The pattern of a request/reply subject. */
export function rpcPattern(contract: Pick<RpcContract, 'subject'>): string {
  return `rpc:${contract.subject}`;
}

/** The one handler of a durable consumer: `@Payload()` is the parsed payload, `@Ctx()` a `DeliveryContext`. */
export function OnMessage(spec: ConsumerSpec, extras: PatternExtras = {}): MethodDecorator {
  return applyDecorators(
    EventPattern<string>(consumerPattern(spec), { ...extras }),
    UseFilters(new PassThroughFilter()),
  );
}

/** The one responder of a request/reply contract: `@Payload()` is the parsed request, `@Ctx()` an `RpcContext`. */
export function OnRequest(contract: RpcContract, extras: PatternExtras = {}): MethodDecorator {
  return applyDecorators(
    MessagePattern(rpcPattern(contract), { ...extras }),
    UseFilters(new PassThroughFilter()),
  );
}
