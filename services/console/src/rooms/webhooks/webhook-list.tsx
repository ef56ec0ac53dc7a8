import { useTranslation } from 'react-i18next';
import type { WebhookResource } from '@shotloom/sdk';
import { Button } from '../../shared/ui/button';
import { Nothing, Panel, Rows, RowsComing } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import type { useWebhooks } from './use-webhooks';
import { WebhookRow, type WebhookRowProps } from './webhook-row';

interface WebhookListProps extends Pick<ReturnType<typeof useWebhooks>, 'list' | 'pages'> {
  /** Whose deliveries are shown. */
  readonly opened: string | null;
  readonly onOpen: (id: string | null) => void;
  readonly onAsk: (what: 'rotate' | 'delete', webhook: WebhookResource) => void;
  readonly onChanged: WebhookRowProps['onChanged'];
}

/** The webhooks there are, and what can be done with each. */
export function WebhookList({ list, pages, opened, onOpen, onAsk, onChanged }: WebhookListProps) {
  const { t } = useTranslation();
  return (
    <Panel title={t('webhooks.list')}>
      {pages.isError && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <RowsComing />}
      {list?.length === 0 && <Nothing>{t('webhooks.none')}</Nothing>}
      <Rows testId="webhooks">
        {list?.map((webhook) => (
          <WebhookRow
            key={webhook.id}
            webhook={webhook}
            isOpen={webhook.id === opened}
            onOpen={() => onOpen(webhook.id === opened ? null : webhook.id)}
            onAsk={(what) => onAsk(what, webhook)}
            onChanged={onChanged}
          />
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
