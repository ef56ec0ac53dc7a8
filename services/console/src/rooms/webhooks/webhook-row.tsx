import { useTranslation } from 'react-i18next';
import type { WebhookResource } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { formatMoment } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { Note } from '../../shared/ui/note';
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
    await onChanged();
  });
  const date = (at: string) => formatMoment(at, i18n.language);
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
      <DisabledNotice webhook={webhook} />
      {error !== null && (
        <li>
          <Problem error={error} />
        </li>
      )}
    </>
  );
}

/** Why a webhook is not called any more, and what to do: for those that the platform has switched off. */
function DisabledNotice({ webhook }: Pick<WebhookRowProps, 'webhook'>) {
  const { t, i18n } = useTranslation();
  const { disabled_reason: reason, disabled_at: at } = webhook;
  if (reason === null || reason === 'owner') return null;
  const date = at === null ? '' : formatMoment(at, i18n.language);
  return (
    <li>
      <Note tone="warn" testId="webhook-disabled">
        {t(`webhooks.disabled.${reason}`, { date })}
      </Note>
    </li>
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
