import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { WebhookDeliveryResource, WebhookResource } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { formatAgo, formatDate } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { Nothing, Panel, Row, Rows, RowsComing, Tag } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';

const PAGE = 20;
/** Calls are made while somebody looks. */
const ASKED_EVERY = 5_000;
const TONES = { pending: 'warn', delivered: 'good', failed: 'bad' } as const;

/** What was sent to a webhook and what it answered, newest first. */
export function Deliveries({ webhook }: { webhook: WebhookResource }) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const queryKey = ['webhooks', webhook.id, 'deliveries'];
  const pages = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      client.webhooks.deliveries(webhook.id, { limit: PAGE, cursor: pageParam || undefined }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ASKED_EVERY,
  });
  const list = pages.data?.pages.flatMap(({ data }) => data);
  return (
    <Panel title={t('webhooks.deliveries')} hint={t('webhooks.deliveriesOf', { url: webhook.url })}>
      {pages.isError && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <RowsComing />}
      {list?.length === 0 && <Nothing>{t('webhooks.noDeliveries')}</Nothing>}
      <Rows testId="deliveries">
        {list?.map((delivery) => (
          <DeliveryRow
            key={delivery.id}
            delivery={delivery}
            canSend={webhook.enabled}
            onSent={() => cache.invalidateQueries({ queryKey })}
          />
        ))}
      </Rows>
      {pages.hasNextPage && <Button onClick={() => void pages.fetchNextPage()}>{t('common.more')}</Button>}
    </Panel>
  );
}

interface DeliveryRowProps {
  readonly delivery: WebhookDeliveryResource;
  readonly canSend: boolean;
  readonly onSent: () => Promise<unknown>;
}

function DeliveryRow({ delivery, canSend, onSent }: DeliveryRowProps) {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const { status, attempts, status_code: code, duration_ms: ms, next_try_at: next } = delivery;
  const sending = useTask(async () => {
    await client.webhooks.redeliver(delivery.webhook_id, delivery.id);
    await onSent();
  });
  return (
    <>
      <Row
        title={
          <>
            {delivery.event_type} <Tag tone={TONES[status]}>{t(`webhooks.delivery.${status}`)}</Tag>
          </>
        }
        facts={[
          formatAgo(delivery.created_at, i18n.language),
          t('webhooks.attempts', { count: attempts }),
          code !== null && t('webhooks.answered', { code }),
          ms !== null && t('webhooks.took', { ms }),
          next !== null && attempts > 0 && t('webhooks.nextTry', { date: formatDate(next, i18n.language) }),
          delivery.error,
        ]}
        actions={
          canSend &&
          status !== 'pending' && (
            <Button size="sm" busy={sending.busy} onClick={sending.run} data-testid="delivery-redeliver">
              {t('webhooks.redeliver')}
            </Button>
          )
        }
      />
      {sending.error !== null && (
        <li>
          <Problem error={sending.error} />
        </li>
      )}
    </>
  );
}
