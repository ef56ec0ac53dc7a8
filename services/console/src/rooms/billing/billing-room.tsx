import { CreditCard } from 'lucide-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ShotloomError, type BillingResource } from '@shotloom/sdk';
import { keys } from '../../shared/api/queries';
import { useClient } from '../../shared/api/session';
import { Empty } from '../../shared/ui/empty';
import { Note } from '../../shared/ui/note';
import { Page } from '../../shared/ui/page';
import { Problem } from '../../shared/ui/problem';
import { RowsComing } from '../../shared/ui/panel';
import { CheckoutOutcome } from './checkout-outcome';
import { Invoices } from './invoices';
import { Offers } from './offers';
import { Subscription } from './subscription';

function useBilling() {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: keys.billing,
    queryFn: ({ pageParam, signal }) =>
      client.billing.summary({ cursor: pageParam || undefined }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.invoices.next_cursor,
  });
}

/** Billing: the plan, what can be bought, what was paid; and the end of a purchase, where Stripe sends the customer back. */
export function BillingRoom() {
  const { t } = useTranslation();
  const [query, setQuery] = useSearchParams();
  const checkoutId = query.get('checkout');
  const billing = useBilling();
  const off = billing.error instanceof ShotloomError && billing.error.code === 'unavailable';
  const first = billing.data?.pages[0];
  return (
    <Page title={t('money.billing.title')} lead={t('money.billing.lead')} testId="billing-room">
      {checkoutId !== null && (
        <CheckoutOutcome key={checkoutId} id={checkoutId} onClose={() => setQuery({}, { replace: true })} />
      )}
      {off && (
        <Empty icon={<CreditCard />} title={t('money.billing.off')} testId="billing-off">
          {t('money.billing.offHint')}
        </Empty>
      )}
      {billing.isError && !off && <Problem error={billing.error} onRetry={() => void billing.refetch()} />}
      {billing.isPending && <RowsComing />}
      {first && (
        <>
          <Owed summary={first} />
          <Subscription summary={first} />
          <OffersOf mayBuy={first.may_buy} hasSubscription={first.subscription !== null} />
          <Invoices
            invoices={(billing.data?.pages ?? []).flatMap(({ invoices }) => invoices.data)}
            hasMore={billing.hasNextPage}
            loading={billing.isFetchingNextPage}
            onMore={() => void billing.fetchNextPage()}
          />
        </>
      )}
    </Page>
  );
}

function Owed({ summary: { owed_credits: owed } }: { summary: BillingResource }) {
  const { t } = useTranslation();
  if (owed === 0) return null;
  return (
    <Note tone="warn" testId="owed">
      <p>{t('money.billing.owed', { count: owed })}</p>
    </Note>
  );
}

function OffersOf({ mayBuy, hasSubscription }: { mayBuy: boolean; hasSubscription: boolean }) {
  const client = useClient();
  const plans = useQuery({ queryKey: keys.plans, queryFn: ({ signal }) => client.billing.plans({ signal }) });
  if (plans.isError) return <Problem error={plans.error} onRetry={() => void plans.refetch()} />;
  if (plans.isPending) return <RowsComing />;
  return <Offers plans={plans.data} mayBuy={mayBuy} hasSubscription={hasSubscription} />;
}
