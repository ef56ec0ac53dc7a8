import { useEffect } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ShotloomError, type CheckoutResource } from '@shotloom/sdk';
import { keys } from '../../shared/api/queries';
import { useClient } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { Note } from '../../shared/ui/note';
import { Problem } from '../../shared/ui/problem';
import styles from './billing.module.css';

const ASKED_EVERY_MS = 2_000;
/** After so many looks it takes longer than usual, and is asked about less often. */
const USUAL_LOOKS = 10;
const ASKED_LATER_MS = 10_000;

interface OutcomeProps {
  readonly id: string;
  readonly onClose: () => void;
}

/** What became of a purchase. Stripe sends the browser back before it has told the server, so it is asked until it is known. */
export function CheckoutOutcome({ id, onClose }: OutcomeProps) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const checkout = useQuery({
    queryKey: keys.checkout(id),
    queryFn: ({ signal }) => client.billing.checkout(id, { signal }),
    staleTime: 0,
    refetchInterval: ({ state }) => {
      if (state.data?.status !== 'open' || state.error) return false;
      return state.dataUpdateCount < USUAL_LOOKS ? ASKED_EVERY_MS : ASKED_LATER_MS;
    },
  });
  const status = checkout.data?.status;
  useEffect(() => {
    if (status !== 'paid') return;
    for (const queryKey of [keys.billing, keys.me, keys.credits]) void cache.invalidateQueries({ queryKey });
  }, [cache, status]);
  if (checkout.isError) {
    const unknown = checkout.error instanceof ShotloomError && [404, 422].includes(checkout.error.status);
    if (!unknown) return <Problem error={checkout.error} onRetry={() => void checkout.refetch()} />;
    return (
      <Note tone="warn" testId="checkout-unknown">
        <p>{t('money.billing.checkout.unknown')}</p>
        <Closing onClose={onClose} />
      </Note>
    );
  }
  if (!checkout.data || checkout.data.status === 'open') return <Waiting id={id} />;
  return <Known checkout={checkout.data} onClose={onClose} />;
}

function Waiting({ id }: { id: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const looks = cache.getQueryState(keys.checkout(id))?.dataUpdateCount ?? 0;
  return (
    <div className={styles.waiting} role="status" data-testid="checkout-waiting">
      <LoaderCircle aria-hidden className={styles.spin} />
      <p>{t(looks < USUAL_LOOKS ? 'money.billing.checkout.waiting' : 'money.billing.checkout.long')}</p>
    </div>
  );
}

function Known({ checkout, onClose }: { checkout: CheckoutResource; onClose: () => void }) {
  const { t } = useTranslation();
  const paid = checkout.status === 'paid';
  return (
    <Note tone={paid ? 'good' : 'warn'} testId={`checkout-${checkout.status}`}>
      <p>
        {checkout.status === 'paid' && t('money.billing.checkout.paid', { count: checkout.credits })}
        {checkout.status === 'expired' && t('money.billing.checkout.expired')}
        {checkout.status === 'failed' && t('money.billing.checkout.failed')}
      </p>
      <Closing onClose={onClose} />
    </Note>
  );
}

function Closing({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div>
      <Button size="sm" onClick={onClose}>
        {t('money.billing.checkout.done')}
      </Button>
    </div>
  );
}
