import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BalanceResource, ConnectionReportResource } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { formatDate } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { Note } from '../../shared/ui/note';
import { Nothing, panelStyles, Row, Rows } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';

/** Whether the key that is kept works, and what is left under it; asked when it is wanted. */
export function KeyChecks({ provider }: { provider: string }) {
  const { t } = useTranslation();
  const client = useClient();
  const [report, setReport] = useState<ConnectionReportResource | null>(null);
  const [balance, setBalance] = useState<BalanceResource | null>(null);
  const test = useTask(async () => setReport(await client.providers.testConnection(provider)));
  const ask = useTask(async () => setBalance(await client.providers.balance(provider)));
  return (
    <>
      <div className={panelStyles.actions}>
        <Button
          busy={test.busy}
          disabled={test.busy}
          onClick={() => test.run()}
          data-testid="test-connection"
        >
          {t(test.busy ? 'account.providers.testing' : 'account.providers.test')}
        </Button>
        <Button busy={ask.busy} disabled={ask.busy} onClick={() => ask.run()} data-testid="ask-balance">
          {t('account.providers.askBalance')}
        </Button>
      </div>
      {test.error !== null && <Problem error={test.error} />}
      {report && !test.busy && <Report report={report} />}
      {ask.error !== null && <Problem error={ask.error} />}
      {balance && !ask.busy && <Balance balance={balance} />}
    </>
  );
}

function Report({ report: { ok, checks, error } }: { report: ConnectionReportResource }) {
  const { t } = useTranslation();
  return (
    <Note tone={ok ? 'good' : 'warn'} testId="connection-report">
      <p>{t(ok ? 'account.providers.works' : 'account.providers.fails')}</p>
      {error && <p>{error.message}</p>}
      <ul>
        {checks.map((check) => (
          <li key={check.what}>
            {check.ok ? '✓' : '✗'} {check.what}: {check.detail}
          </li>
        ))}
      </ul>
    </Note>
  );
}

function Balance({ balance: { lines, note } }: { balance: BalanceResource }) {
  const { t, i18n } = useTranslation();
  return (
    <section aria-label={t('account.providers.balance')} data-testid="balance">
      <Rows>
        {lines.map(({ name, remaining, total, unit, usable, expires_at: expires }, index) => (
          <Row
            key={index}
            title={`${name}: ${total === null ? remaining : t('account.providers.of', { remaining, total })} ${unit}`}
            facts={[
              !usable && t('account.providers.unusable'),
              expires !== null && t('account.keys.expires', { date: formatDate(expires, i18n.language) }),
            ]}
          />
        ))}
      </Rows>
      {note !== null && <Nothing>{note}</Nothing>}
    </section>
  );
}
