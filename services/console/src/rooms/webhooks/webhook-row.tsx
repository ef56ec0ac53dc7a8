import { useTranslation } from 'react-i18next';
import type { WebhookResource } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { formatDate } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { Row, Tag } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';

export interface WebhookRowProps {
  readonly webhook: WebhookResource;
  /** Whether its deliveries are shown. */
  readonly isOpen: boolean;
  readonly onOpen: () => void;
  readonly onAsk: (what: 'rotate' | 'delete') => void;
  readonly onChanged: () => Promise<unknown>;
}

export function WebhookRow({ webhook, isOpen, onOpen, onAsk, onChanged }: WebhookRowProps) {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const { id, enabled } = webhook;
  const switching = useTask(async () => {
    await client.webhooks.change(id, { enabled: !enabled });
    await onChanged();
  });
  const testing = useTask(async () => {
    await client.webhooks.test(id);
    if (!isOpen) onOpen();
  });
  const date = (at: string) => formatDate(at, i18n.language);
  const error = switching.error ?? testing.error;
  return (
    <>
      <Row
        testId={`webhook-${id}`}
        title={
          <>
            {webhook.url}{' '}
            <Tag tone={enabled ? 'good' : 'bad'}>
              {t(`webhooks.state.${webhook.disabled_reason ?? 'on'}`)}
            </Tag>
          </>
        }
        facts={[
          webhook.description,
          webhook.event_types.join(', '),
          webhook.failing_since !== null && t('webhooks.failingSince', { date: date(webhook.failing_since) }),
          webhook.old_secret_until !== null &&
            t('webhooks.oldSecret', { date: date(webhook.old_secret_until) }),
        ]}
        actions={
          <>
            <Button size="sm" onClick={onOpen} aria-expanded={isOpen} data-testid="webhook-deliveries">
              {t(isOpen ? 'webhooks.hideDeliveries' : 'webhooks.deliveries')}
            </Button>
            {enabled && (
              <Button size="sm" busy={testing.busy} onClick={testing.run} data-testid="webhook-test">
                {t('webhooks.test')}
              </Button>
            )}
            <Button size="sm" busy={switching.busy} onClick={switching.run} data-testid="webhook-switch">
              {t(enabled ? 'webhooks.disable' : 'webhooks.enable')}
            </Button>
            <Asking onAsk={onAsk} />
          </>
        }
      />
      {error !== null && (
        <li>
          <Problem error={error} />
        </li>
      )}
    </>
  );
}

/** What is asked about again before it is done. */
function Asking({ onAsk }: Pick<WebhookRowProps, 'onAsk'>) {
  const { t } = useTranslation();
  return (
    <>
      <Button size="sm" onClick={() => onAsk('rotate')} data-testid="webhook-rotate">
        {t('webhooks.rotate')}
      </Button>
      <Button size="sm" variant="danger" onClick={() => onAsk('delete')} data-testid="webhook-delete">
        {t('webhooks.delete')}
      </Button>
    </>
  );
}
