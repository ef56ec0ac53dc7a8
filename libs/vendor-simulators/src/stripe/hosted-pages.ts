import type { SimReply, SimRequest } from '../core/sim-http';
import type { Form } from './form';
import type { StripeParts } from './stripe-api';
import { StripeError } from './stripe-error';
import { itemOf } from './subscriptions';

const STYLE =
  'body{font:16px system-ui;margin:10vh auto;max-width:28rem;padding:0 1rem}button{font:inherit;padding:.6rem 1rem;margin:.3rem .3rem 0 0}';

/** The pages that a customer sees: to pay or not, and to change or end a subscription. They are plain, and say that no money moves. */
export function hostedPage(parts: StripeParts, request: SimRequest, form: Form): SimReply | null {
  const [, session, action] = /^\/c\/pay\/(cs_[\w]+)(?:\/(complete|decline|back))?$/.exec(request.path) ?? [];
  if (session !== undefined) return checkoutPage(parts, request.method, session, action);
  if (/^\/p\/session\/bps_\w+$/.test(request.path)) return portalPage(parts, request, form);
  if (/^\/(receipts|invoices)\//.test(request.path)) return page('Receipt', '<p>A simulated receipt.</p>');
  return null;
}

function checkoutPage(
  { world, checkout }: StripeParts,
  method: string,
  id: string,
  action: string | undefined,
): SimReply {
  const session = world.sessions.get(id);
  if (method === 'POST' && action === 'complete') {
    try {
      return redirect(checkout.complete(id).success_url.replace('{CHECKOUT_SESSION_ID}', id));
    } catch (error) {
      if (!(error instanceof StripeError)) throw error;
      return page('Not paid', `<p>${escape(error.message)}</p>`);
    }
  }
  if (method === 'POST' && action === 'decline') {
    checkout.decline(id);
    return page('Declined', `<p>Your card was declined.</p><p><a href="/c/pay/${id}">Try again</a></p>`);
  }
  if (session.status !== 'open') return page('Checkout', `<p>This page is ${session.status}.</p>`);
  const price = `${(session.amount_total / 100).toFixed(2)} ${session.currency.toUpperCase()}`;
  const back =
    session.cancel_url === null ? '' : `<a href="${escape(session.cancel_url)}">Back to the shop</a>`;
  return page(
    'Checkout',
    `<p>${price}</p><form method="post"><button formaction="/c/pay/${id}/complete">Pay</button>
     <button formaction="/c/pay/${id}/decline">Have the card declined</button></form><p>${back}</p>`,
  );
}

function portalPage({ world, subscriptions }: StripeParts, request: SimRequest, form: Form): SimReply {
  const { query } = request;
  const customer = world.customers.get(query.get('customer') ?? '');
  const mine = world.subscriptions
    .all()
    .filter((one) => one.customer === customer.id && one.status !== 'canceled');
  const [subscription] = mine;
  const wanted = query.get('price');
  if (request.method === 'POST' && subscription !== undefined) {
    if (form['do'] === 'change' && wanted !== null)
      subscriptions.change(subscription.id, wanted, 'always_invoice');
    if (form['do'] === 'end') subscriptions.setCancelAtPeriodEnd(subscription.id, true);
    if (form['do'] === 'keep') subscriptions.setCancelAtPeriodEnd(subscription.id, false);
    const back = query.get('return_url');
    if (back !== null && back !== '') return redirect(back);
  }
  const back = query.get('return_url') ?? '/';
  const choices =
    subscription === undefined
      ? '<p>No subscription.</p>'
      : `<p>${escape(itemOf(subscription).price.id)}: ${subscription.status}</p><form method="post">
         ${wanted === null ? '' : '<button name="do" value="change">Confirm the change</button>'}
         <button name="do" value="end">End it with the period</button>
         <button name="do" value="keep">Keep it</button></form>`;
  return page('Your subscription', `${choices}<p><a href="${escape(back)}">Back</a></p>`);
}

function page(title: string, body: string): SimReply {
  const html = `<!doctype html><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style>
    <h1>${title}</h1><p><strong>SIMULATED</strong>: no money moves here.</p>${body}`;
  return { status: 200, body: Buffer.from(html), headers: { 'content-type': 'text/html; charset=utf-8' } };
}

function redirect(location: string): SimReply {
  return { status: 303, body: Buffer.from(''), headers: { location } };
}

function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
