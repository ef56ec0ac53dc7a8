import { ExternalLink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { BillingResource } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { formatDate, formatMoney } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { Panel, Row, Rows, Tag } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';

const STATES = ['active', 'trialing', 'past_due', 'unpaid', 'paused', 'incomplete', 'canceled'] as const;

/** The plan, the subscription as it stands, and the way to where both are managed. */
export function Subscription({ summary }: { summary: BillingResource }) {
  const { t } = useTranslation();
  const { subscription, plan } = summary;
  return (
    <Panel
      title={t('money.billing.plan')}
      hint={summary.is_customer && summary.may_buy ? t('money.billing.manageHint') : undefined}
      action={summary.is_customer && summary.may_buy && <PortalButton />}
      testId="subscription"
    >
      <Rows>
        {subscription ? (
          <Standing subscription={subscription} />
        ) : (
          <Row title={plan.title} facts={[t('money.billing.noSubscription')]} />
        )}
      </Rows>
    </Panel>
  );
}

function Standing({ subscription }: { subscription: NonNullable<BillingResource['subscription']> }) {
  const { t, i18n } = useTranslation();
  const { status, price, current_period_end: end, cancel_at_period_end: ending } = subscription;
  const known = STATES.find((state) => state === status);
  const words = known ? t(`money.billing.status.${known}`) : status;
  const fine = known === 'active' || known === 'trialing';
  const date = formatDate(end, i18n.language);
  return (
    <Row
      title={
        <>
          {subscription.title}
          {fine ? <Tag tone="good">{words}</Tag> : <Tag tone="warn">{status.replaceAll('_', ' ')}</Tag>}
        </>
      }
      facts={[
        fine ? null : words,
        t('money.billing.perMonth', { price: formatMoney(price, i18n.language) }),
        t('money.billing.each', { count: subscription.credits }),
        t(ending ? 'money.billing.ends' : 'money.billing.renews', { date }),
      ]}
    />
  );
}

function PortalButton() {
  const { t } = useTranslation();
  const client = useClient();
  const task = useTask(async () => {
    window.location.assign(await client.billing.portalUrl('/billing'));
  });
  return (
    <>
      <Button
        icon={<ExternalLink aria-hidden />}
        busy={task.busy}
        disabled={task.busy}
        onClick={() => task.run()}
        data-testid="portal"
      >
        {t('money.billing.manage')}
      </Button>
      {task.error !== null && <Problem error={task.error} />}
    </>
  );
}
