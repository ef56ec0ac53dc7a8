import { useState } from 'react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { WebhookResource } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { Choice } from '../../shared/ui/choice';
import { Nothing, Panel, Rows, RowsComing } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { DeliveryRow } from './delivery-row';
import { SendFailed } from './send-failed';
import { ASKED_EVERY, deliveriesKey } from './use-webhooks';

const PAGE = 20;
const FILTERS = ['all', 'failed'] as const;
type Filter = (typeof FILTERS)[number];

function useDeliveries(webhookId: string, filter: Filter) {
  const client = useClient();
  const status = filter === 'all' ? undefined : filter;
  return useInfiniteQuery({
    queryKey: [...deliveriesKey(webhookId), filter],
    queryFn: ({ pageParam, signal }) => {
      const page = { limit: PAGE, cursor: pageParam || undefined };
      return client.webhooks.deliveries(webhookId, { ...page, status }, { signal });
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ASKED_EVERY,
  });
}

/** What was sent to a webhook and what it answered, newest first. */
export function Deliveries({ webhook }: { webhook: WebhookResource }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [filter, setFilter] = useState<Filter>('all');
  const pages = useDeliveries(webhook.id, filter);
  const list = pages.data?.pages.flatMap(({ data }) => data);
  const reread = () => cache.invalidateQueries({ queryKey: deliveriesKey(webhook.id) });
  return (
    <Panel
      title={t('webhooks.deliveries')}
      hint={t('webhooks.deliveriesOf', { url: webhook.url })}
      action={
        <Choice
          label={t('webhooks.filter.label')}
          hideLabel
          look="chips"
          options={FILTERS.map((value) => ({ value, label: t(`webhooks.filter.${value}`) }))}
          value={filter}
          onChange={setFilter}
          testId="deliveries-filter"
        />
      }
      testId="deliveries-panel"
    >
      {!webhook.enabled && <Nothing>{t('webhooks.enableToSend')}</Nothing>}
      {webhook.enabled && (
        <SendFailed
          webhookId={webhook.id}
          hasFailed={list?.some(({ status }) => status === 'failed') ?? false}
          onSent={reread}
        />
      )}
      {pages.isError && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <RowsComing />}
      {list?.length === 0 && (
        <Nothing>{t(filter === 'all' ? 'webhooks.noDeliveries' : 'webhooks.noFailed')}</Nothing>
      )}
      <Rows testId="deliveries">
        {list?.map((delivery) => (
          <DeliveryRow key={delivery.id} delivery={delivery} canSend={webhook.enabled} onSent={reread} />
        ))}
      </Rows>
      {pages.hasNextPage && (
        <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </Panel>
  );
}
