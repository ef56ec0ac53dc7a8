import { useTranslation } from 'react-i18next';
import type { WebhookDeliveryResource } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { formatAgo, formatMoment } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { Row, Tag } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';

const TONES = { pending: 'warn', delivered: 'good', failed: 'bad' } as const;

interface DeliveryRowProps {
  readonly delivery: WebhookDeliveryResource;
  readonly canSend: boolean;
  readonly onSent: () => Promise<unknown>;
}

/** One event on its way to a webhook: how it stands, what was answered, and another try. */
export function DeliveryRow({ delivery, canSend, onSent }: DeliveryRowProps) {
  const { t } = useTranslation();
  const client = useClient();
  const { status, answer } = delivery;
  const facts = useFacts(delivery);
  const sending = useTask(async () => {
    await client.webhooks.redeliver(delivery.webhook_id, delivery.id);
    await onSent();
  });
  return (
    <>
      <Row
        testId={`delivery-${status}`}
        title={
          <>
            {delivery.event_type} <Tag tone={TONES[status]}>{t(`webhooks.delivery.${status}`)}</Tag>
          </>
        }
        facts={facts}
        {...(answer ? { text: answer } : {})}
        actions={
          canSend &&
          status !== 'pending' && (
            <Button
              size="sm"
              busy={sending.busy}
              disabled={sending.busy}
              onClick={sending.run}
              aria-label={t('webhooks.redeliverEvent', { type: delivery.event_type })}
              data-testid="delivery-redeliver"
            >
              {t('webhooks.redeliver')}
            </Button>
          )
        }
      />
      {sending.error !== null && (
        <li>
          <Problem error={sending.error} onRetry={sending.run} />
        </li>
      )}
    </>
  );
}

function useFacts(delivery: WebhookDeliveryResource) {
  const { t, i18n } = useTranslation();
  const { attempts, status_code: code, duration_ms: ms, next_try_at: next } = delivery;
  return [
    formatAgo(delivery.created_at, i18n.language),
    t('webhooks.attempts', { count: attempts }),
    code !== null && t('webhooks.answered', { code }),
    ms !== null && t('webhooks.took', { ms }),
    next !== null && attempts > 0 && t('webhooks.nextTry', { date: formatMoment(next, i18n.language) }),
    delivery.error,
  ];
}
