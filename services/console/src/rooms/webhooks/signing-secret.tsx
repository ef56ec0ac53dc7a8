import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SigningSecret } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { formatDate } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { Note } from '../../shared/ui/note';
import { Confirm, Panel, panelStyles, Secret } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';

/** What signs for the `webhook_url` of single jobs. It is asked for when somebody wants to see it, and kept in no cache. */
export function SigningSecretPanel() {
  const { t } = useTranslation();
  const client = useClient();
  const [shown, setShown] = useState<SigningSecret | null>(null);
  const [asking, setAsking] = useState(false);
  const reading = useTask(async () => setShown(await client.webhooks.signingSecret()));
  return (
    <Panel title={t('webhooks.signing.title')} hint={t('webhooks.signing.hint')} testId="signing-secret">
      {shown && <Shown signing={shown} />}
      {reading.error !== null && <Problem error={reading.error} onRetry={reading.run} />}
      <div className={panelStyles.actions}>
        {shown ? (
          <Button size="sm" onClick={() => setShown(null)} data-testid="signing-hide">
            {t('common.hide')}
          </Button>
        ) : (
          <Button
            size="sm"
            busy={reading.busy}
            disabled={reading.busy}
            onClick={reading.run}
            data-testid="signing-show"
          >
            {t('webhooks.signing.show')}
          </Button>
        )}
        <Button size="sm" onClick={() => setAsking(true)} data-testid="signing-rotate">
          {t('webhooks.rotate')}
        </Button>
      </div>
      {asking && (
        <Confirm
          title={t('webhooks.signing.rotateTitle')}
          hint={t('webhooks.rotateHint')}
          action={t('webhooks.rotate')}
          onConfirm={async () => setShown(await client.webhooks.rotateSigningSecret())}
          onClose={() => setAsking(false)}
        />
      )}
    </Panel>
  );
}

function Shown({ signing }: { signing: SigningSecret }) {
  const { t, i18n } = useTranslation();
  const { secret, old_secret_until: until } = signing;
  return (
    <>
      <Secret value={secret} />
      {until !== null && (
        <Note testId="signing-old">
          {t('webhooks.oldSecret', { date: formatDate(until, i18n.language) })}
        </Note>
      )}
    </>
  );
}
