import { useTranslation } from 'react-i18next';
import type { BillingPlans } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { formatMoney } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { Note } from '../../shared/ui/note';
import { Nothing, Panel, Tag } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';
import styles from './billing.module.css';

interface OffersProps {
  readonly plans: BillingPlans;
  readonly mayBuy: boolean;
  readonly hasSubscription: boolean;
}

/** What can be bought. Buying leads to Stripe; a change of the subscription is confirmed there too. */
export function Offers({ plans, mayBuy, hasSubscription }: OffersProps) {
  const { t } = useTranslation();
  const client = useClient();
  const task = useTask(async (offerId: string) => {
    const opened = await client.billing.openCheckout({
      offer_id: offerId,
      success_url: '/billing',
      cancel_url: '/billing',
    });
    window.location.assign(opened.url);
  });
  const { packs, subscriptions } = plans;
  if (packs.length + subscriptions.length === 0) return <Nothing>{t('money.billing.nothing')}</Nothing>;
  const buy = { mayBuy, busy: task.busy, onBuy: task.run };
  return (
    <>
      {!mayBuy && <Note>{t('money.billing.onlyManagers')}</Note>}
      {task.error !== null && <Problem error={task.error} testId="buy-error" />}
      {packs.length > 0 && (
        <Panel title={t('money.billing.packs')} hint={t('money.billing.packsHint')}>
          <ul className={styles.offers}>
            {packs.map((pack) => (
              <Offer key={pack.id} offer={pack} {...buy} words={t('money.billing.buy')} />
            ))}
          </ul>
        </Panel>
      )}
      {subscriptions.length > 0 && (
        <Panel title={t('money.billing.subscriptions')} hint={t('money.billing.subscriptionsHint')}>
          <ul className={styles.offers}>
            {subscriptions.map((one) => (
              <Offer
                key={one.id}
                offer={one}
                monthly
                current={one.current}
                {...buy}
                words={t(hasSubscription ? 'money.billing.change' : 'money.billing.subscribe')}
              />
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

interface OfferProps {
  readonly offer: BillingPlans['packs'][number];
  readonly monthly?: boolean;
  readonly current?: boolean;
  readonly words: string;
  readonly mayBuy: boolean;
  readonly busy: boolean;
  readonly onBuy: (offerId: string) => void;
}

function Offer({ offer, monthly = false, current = false, words, mayBuy, busy, onBuy }: OfferProps) {
  const { t, i18n } = useTranslation();
  const price = formatMoney(offer.price, i18n.language);
  const credits = monthly
    ? t('money.billing.each', { count: offer.credits })
    : t('common.credits', { count: offer.credits });
  return (
    <li className={styles.offer} data-testid={`offer-${offer.id}`}>
      <h3>{offer.title}</h3>
      <p className={styles.price}>{monthly ? t('money.billing.perMonth', { price }) : price}</p>
      <p className={styles.about}>{offer.description || credits}</p>
      {current ? (
        <Tag tone="good">{t('money.billing.current')}</Tag>
      ) : (
        mayBuy && (
          <Button
            variant={monthly ? 'quiet' : 'primary'}
            disabled={busy}
            aria-label={`${words}: ${offer.title}`}
            onClick={() => onBuy(offer.id)}
            data-testid={`buy-${offer.id}`}
          >
            {words}
          </Button>
        )
      )}
    </li>
  );
}
