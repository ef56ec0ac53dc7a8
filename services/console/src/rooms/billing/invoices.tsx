import { useTranslation } from 'react-i18next';
import type { BillingResource } from '@shotloom/sdk';
import { formatDate, formatMoney } from '../../shared/i18n/format';
import { Button, buttonClass } from '../../shared/ui/button';
import { Nothing, Panel, Row, Rows } from '../../shared/ui/panel';

type Invoice = BillingResource['invoices']['data'][number];

interface InvoicesProps {
  readonly invoices: readonly Invoice[];
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly onMore: () => void;
}

/** What was paid, newest first, and what became of it. */
export function Invoices({ invoices, hasMore, loading, onMore }: InvoicesProps) {
  const { t } = useTranslation();
  return (
    <Panel title={t('money.billing.invoices')} testId="invoices">
      {invoices.length === 0 && <Nothing>{t('money.billing.noInvoices')}</Nothing>}
      <Rows>
        {invoices.map((invoice) => (
          <InvoiceRow key={invoice.id} invoice={invoice} />
        ))}
      </Rows>
      {hasMore && (
        <Button busy={loading} disabled={loading} onClick={onMore}>
          {t('money.credits.more')}
        </Button>
      )}
    </Panel>
  );
}

function InvoiceRow({ invoice }: { invoice: Invoice }) {
  const { t, i18n } = useTranslation();
  const { currency } = invoice.price;
  const money = (amount: number): string => formatMoney({ amount, currency }, i18n.language);
  const { amount_refunded: refunded, amount_disputed: disputed, credits_taken_back: taken } = invoice;
  return (
    <Row
      title={`${invoice.title} · ${money(invoice.price.amount)}`}
      facts={[
        formatDate(invoice.paid_at, i18n.language),
        t('common.credits', { count: invoice.credits }),
        refunded > 0 && t('money.billing.refunded', { amount: money(refunded) }),
        disputed > 0 && t('money.billing.disputed', { amount: money(disputed) }),
        taken > 0 && t('money.billing.takenBack', { count: taken }),
      ]}
      actions={
        invoice.receipt_url !== null && (
          <a
            href={invoice.receipt_url}
            target="_blank"
            rel="noreferrer"
            className={buttonClass('quiet', 'sm')}
          >
            {t('money.billing.receipt')}
          </a>
        )
      }
    />
  );
}
