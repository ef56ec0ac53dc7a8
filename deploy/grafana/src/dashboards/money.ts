import { CHOSEN, HERE, rate, told, type DashboardSource, type RowSource } from '../source';

const CREDITS: RowSource = {
  title: 'Credits',
  panels: [
    {
      title: 'Ledger: broken invariants',
      kind: 'stat',
      width: 6,
      unit: 'none',
      description: 'Anything but 0: run `npm run ops -- check`, keep its output, change no row.',
      runbook: 'ledger-violation',
      queries: [{ expr: told('shotloom_ledger_violations', HERE, ''), legend: 'broken' }],
      badFrom: 1,
    },
    {
      title: 'Holds past their alarm time',
      kind: 'stat',
      width: 6,
      unit: 'none',
      description: 'Credits are held for jobs that did not end: find them with `npm run ops -- stuck`.',
      runbook: 'holds-overdue',
      queries: [{ expr: told('shotloom_holds_overdue', HERE, ''), legend: 'holds' }],
      warnFrom: 1,
    },
    {
      title: 'Taken in a day',
      kind: 'stat',
      width: 6,
      unit: 'short',
      description: 'Credits taken for videos that were delivered, in the last 24 hours.',
      queries: [{ expr: `sum(increase(shotloom_credits_captured_total{${CHOSEN}}[1d]))`, legend: 'credits' }],
    },
    {
      title: 'Taken, of what was held',
      kind: 'stat',
      width: 6,
      unit: 'percentunit',
      description:
        'Of holds that were resolved in a day. Low: many jobs fail or are cancelled, or fall back to cheaper models.',
      queries: [
        {
          expr: `sum(increase(shotloom_credits_captured_total{${CHOSEN}}[1d])) / (sum(increase(shotloom_credits_captured_total{${CHOSEN}}[1d])) + sum(increase(shotloom_credits_released_total{${CHOSEN}}[1d])))`,
          legend: 'taken',
        },
      ],
    },
    {
      title: 'Held, taken and given back, an hour',
      kind: 'lines',
      width: 12,
      unit: 'short',
      description:
        'Held runs ahead of the two others while jobs wait; where it does so for days, holds are left open.',
      runbook: 'holds-overdue',
      queries: ['held', 'captured', 'released'].map((what) => ({
        expr: `sum(increase(shotloom_credits_${what}_total{${CHOSEN}}[1h]))`,
        legend: what,
      })),
    },
    {
      title: 'Taken by provider, an hour',
      kind: 'areas',
      width: 12,
      unit: 'short',
      description: 'Credits of delivered videos, by the provider that made them.',
      queries: [
        {
          expr: `sum by (provider) (increase(shotloom_credits_captured_total{${CHOSEN}}[1h]))`,
          legend: '{{provider}}',
        },
      ],
    },
    {
      title: 'Ledger: payers not checked',
      kind: 'stat',
      width: 6,
      unit: 'none',
      description:
        'Their past is too long for one statement of the walk. `npm run ops -- check` reads it all: point it at a replica.',
      runbook: 'ledger-violation',
      queries: [{ expr: told('shotloom_ledger_unchecked', HERE, ''), legend: 'payers' }],
      warnFrom: 1,
    },
    {
      title: 'Ledger: a whole check takes',
      kind: 'stat',
      width: 6,
      unit: 's',
      description:
        'A broken invariant is seen so late at most. It grows with the ledger, since a check may have a twentieth of the time.',
      runbook: 'ledger-violation',
      queries: [{ expr: told('shotloom_ledger_walk_seconds', HERE, ''), legend: 'seconds' }],
    },
  ],
};

const VENDORS: RowSource = {
  title: 'What vendors cost',
  panels: [
    {
      title: 'Cost that vendors told, an hour',
      kind: 'areas',
      width: 12,
      unit: 'short',
      description:
        'Each in its own unit, of vendors that tell it. Set it beside what was taken; the spend of keys against their caps is in the admin part of the console.',
      queries: [
        {
          expr: `sum by (provider, unit) (increase(shotloom_vendor_cost_total{${CHOSEN}}[1h]))`,
          legend: '{{provider}} {{unit}}',
        },
      ],
    },
    {
      title: 'Videos that came too late, a day',
      kind: 'areas',
      width: 12,
      unit: 'short',
      description:
        'Paid to the vendor, charged to nobody. Many: raise the longest wait of the model, or pause it.',
      queries: [
        {
          expr: `sum by (provider) (increase(shotloom_late_videos_total{${CHOSEN}}[1d]))`,
          legend: '{{provider}}',
        },
      ],
    },
  ],
};

const PAYMENTS: RowSource = {
  title: 'Payments',
  panels: [
    {
      title: 'Events that could not be done',
      kind: 'stat',
      width: 6,
      unit: 'none',
      description:
        'Somebody may have paid and got no credits. failed is tried again, refused needs a person.',
      runbook: 'stripe-events',
      queries: [{ expr: told('shotloom_stripe_events_wrong', HERE, 'state'), legend: '{{state}}' }],
      badFrom: 1,
    },
    {
      title: 'Events of Stripe',
      kind: 'areas',
      width: 12,
      unit: 'cps',
      description:
        'By type and what became of them. None for long although people pay: the webhook is not reached.',
      runbook: 'stripe-events',
      queries: [
        {
          expr: rate('shotloom_stripe_events_total', HERE, 'type, outcome'),
          legend: '{{type}} {{outcome}}',
        },
      ],
    },
    {
      title: 'Found by the sweep, and sweeps that failed, a day',
      kind: 'lines',
      width: 6,
      unit: 'none',
      description:
        'Found: no webhook brought them, so look at its address at Stripe. Failed: Stripe cannot be asked.',
      runbook: 'stripe-events',
      queries: [
        { expr: `sum(increase(shotloom_stripe_events_found_total{${HERE}}[1d]))`, legend: 'found' },
        {
          expr: `sum(increase(shotloom_billing_sweep_failures_total{${HERE}}[1d]))`,
          legend: 'failed sweeps',
        },
      ],
    },
  ],
};

export const money: DashboardSource = {
  uid: 'shotloom-money',
  title: 'Shotloom: money',
  description: 'Credits held, taken and given back; what vendors cost; payments.',
  byProvider: true,
  rows: [CREDITS, VENDORS, PAYMENTS],
};
