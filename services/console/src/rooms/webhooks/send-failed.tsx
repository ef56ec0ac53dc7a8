import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Redelivered } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { Note } from '../../shared/ui/note';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';

/** Failed deliveries are kept this long unless the operator keeps them longer; older ones can be sent one by one. */
const KEPT_MS = 30 * 24 * 3_600_000;

interface SendFailedProps {
  readonly webhookId: string;
  /** Some of what is in sight has failed. */
  readonly hasFailed: boolean;
  readonly onSent: () => Promise<unknown>;
}

/** Sends everything again that did not arrive: after a receiver was mended. */
export function SendFailed({ webhookId, hasFailed, onSent }: SendFailedProps) {
  const { t } = useTranslation();
  const client = useClient();
  const [sent, setSent] = useState<Redelivered | null>(null);
  const sending = useTask(async () => {
    setSent(await client.webhooks.redeliverFailed(webhookId, new Date(Date.now() - KEPT_MS)));
    await onSent();
  });
  return (
    <>
      {hasFailed && (
        <div>
          <Button
            size="sm"
            busy={sending.busy}
            disabled={sending.busy}
            onClick={sending.run}
            data-testid="redeliver-failed"
          >
            {t('webhooks.redeliverFailed')}
          </Button>
        </div>
      )}
      {sending.error !== null && <Problem error={sending.error} onRetry={sending.run} />}
      {sent && (
        <Note tone="good" testId="redelivered">
          {t('webhooks.redelivered', { count: sent.redelivered })}
          {sent.more && ` ${t('webhooks.moreFailed')}`}
        </Note>
      )}
    </>
  );
}
