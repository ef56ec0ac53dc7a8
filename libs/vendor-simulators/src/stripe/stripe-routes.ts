import type { CallKind } from '../core/faults';
import type { SimReply, SimRequest } from '../core/sim-http';
import type { VendorRoutes } from '../core/sim-server';
import { parseForm } from './form';
import { hostedPage } from './hosted-pages';
import { IdempotencyKeys } from './idempotency';
import { stripeApi, type Handler, type StripeParts } from './stripe-api';
import { controlRoute } from './stripe-control';
import { invalid, StripeError, toReply } from './stripe-error';
import { API_VERSION } from './stripe-world';

const ID = /^(?:[a-z]+_)[A-Za-z0-9_]+$/;

/** The HTTP side of Stripe: keys, versions, forms, idempotency, and its errors. */
export class StripeRoutes implements VendorRoutes {
  private readonly keys = new IdempotencyKeys();
  private readonly api: Readonly<Record<string, Handler>>;

  constructor(
    private readonly parts: StripeParts,
    private readonly secretKeys: readonly string[],
  ) {
    this.api = stripeApi(parts);
  }

  kindOf({ method, path }: SimRequest): CallKind {
    if (!path.startsWith('/v1/')) return 'other';
    return method === 'GET' ? 'query' : 'create';
  }

  handle(request: SimRequest): SimReply {
    try {
      if (request.path === '/_control' && request.method === 'POST') return controlRoute(this.parts, request);
      const form = request.method === 'POST' ? parseForm(request.rawBody.toString('utf8')) : {};
      const page = hostedPage(this.parts, request, form ?? {});
      return page ?? this.serve(request);
    } catch (error) {
      if (!(error instanceof StripeError)) throw error;
      return this.withHeaders(request, toReply(error));
    }
  }

  errorReply(code: string): SimReply {
    if (code === 'rate_limit') {
      return toReply(
        new StripeError(429, { type: 'invalid_request_error', code, message: 'Too many requests.' }),
      );
    }
    return toReply(new StripeError(500, { type: 'api_error', message: 'An unknown error occurred.' }));
  }

  private serve(request: SimRequest): SimReply {
    this.authenticate(request);
    const version = request.headers['stripe-version'] ?? API_VERSION;
    if (version !== API_VERSION) throw invalid(`Invalid Stripe API version: ${version}`);
    const work = (): SimReply => {
      try {
        return { status: 200, body: structuredClone(this.call(request)) };
      } catch (error) {
        if (!(error instanceof StripeError)) throw error;
        return toReply(error);
      }
    };
    return this.withHeaders(request, this.keys.answer(request, this.parts.world.now() * 1000, work));
  }

  private call(request: SimRequest): object {
    const { method, path } = request;
    const params = parseForm(method === 'POST' ? request.rawBody.toString('utf8') : request.query.toString());
    if (params === null) throw invalid('Invalid parameters.');
    const exact = this.api[`${method} ${path}`];
    if (exact !== undefined) return exact(params, '');
    const steps = path.split('/');
    const at = steps.findIndex((step) => ID.test(step) && /_.{8,}/.test(step));
    const id = steps[at] ?? '';
    const handler =
      this.api[`${method} ${steps.map((step, index) => (index === at ? ':id' : step)).join('/')}`];
    if (handler === undefined) {
      const message = `Unrecognized request URL (${method}: ${path}).`;
      throw new StripeError(404, { type: 'invalid_request_error', message });
    }
    return handler(params, id);
  }

  private authenticate({ headers }: SimRequest): void {
    const [, key] = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '') ?? [];
    if (key !== undefined && this.secretKeys.includes(key)) return;
    const message =
      key === undefined
        ? 'You did not provide an API key.'
        : `Invalid API Key provided: ${key.slice(0, 8)}****${key.slice(-4)}`;
    throw new StripeError(401, { type: 'invalid_request_error', message });
  }

  private withHeaders({ headers }: SimRequest, reply: SimReply): SimReply {
    const key = headers['idempotency-key'];
    return {
      ...reply,
      headers: {
        ...reply.headers,
        'request-id': this.parts.world.id('req'),
        'stripe-version': API_VERSION,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
    };
  }
}
