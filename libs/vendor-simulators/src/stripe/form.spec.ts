import { parseForm } from './form';

it('reads nested names and lists as Stripe encodes them', () => {
  const text =
    'mode=payment&line_items[0][quantity]=1&line_items[0][price_data][currency]=usd&metadata[a b]=c%26d&expand[]=x&expand[]=y';
  expect(parseForm(text)).toEqual({
    mode: 'payment',
    line_items: [{ quantity: '1', price_data: { currency: 'usd' } }],
    metadata: { 'a b': 'c&d' },
    expand: ['x', 'y'],
  });
});

it.each(['a[b=1', '[a]=1', 'a[__proto__][x]=1'])('does not read %s', (text) =>
  expect(parseForm(text)).toBeNull(),
);
