import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CreditsSummary } from '@shotloom/sdk';
import { keys } from '../../shared/api/queries';
import { useClient } from '../../shared/api/session';
import { formatDate } from '../../shared/i18n/format';
import { Button, buttonClass } from '../../shared/ui/button';
import { Note } from '../../shared/ui/note';
import { Page } from '../../shared/ui/page';
import { Nothing, Panel, Row, Rows, RowsComing } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';

/** What can be spent, where it comes from, and every movement of it. */
export function CreditsRoom() {
  const { t } = useTranslation();
  const client = useClient();
  const credits = useQuery({ queryKey: keys.credits, queryFn: ({ signal }) => client.credits({ signal }) });
  return (
    <Page title={t('money.credits.title')} lead={t('money.credits.lead')} testId="credits-room">
      {credits.isError && <Problem error={credits.error} onRetry={() => void credits.refetch()} />}
      {credits.isPending && <RowsComing />}
      {credits.data && <Summary credits={credits.data} />}
      <History />
    </Page>
  );
}

function Summary({ credits }: { credits: CreditsSummary }) {
  const { t, i18n } = useTranslation();
  const buy = (
    <Link to="/billing" className={buttonClass('primary', 'md')}>
      {t('money.credits.buy')}
    </Link>
  );
  return (
    <>
      {credits.owed > 0 && <Note tone="warn">{t('money.credits.owedNote', { count: credits.owed })}</Note>}
      <Panel
        title={`${t('money.credits.available')}: ${credits.available.toLocaleString(i18n.language)}`}
        hint={`${t('money.credits.held')}: ${credits.held.toLocaleString(i18n.language)}`}
        action={buy}
      />
      <Panel title={t('money.credits.lots')} hint={t('money.credits.lotsHint')}>
        {credits.lots.length === 0 && <Nothing>{t('money.credits.noLots')}</Nothing>}
        <Rows>
          {credits.lots.map((lot, index) => (
            <Row
              key={index}
              title={t('common.credits', { count: lot.credits })}
              facts={[
                lot.reason,
                lot.expires_at === null
                  ? t('money.credits.never')
                  : t('money.credits.expires', { date: formatDate(lot.expires_at, i18n.language) }),
              ]}
            />
          ))}
          {credits.budgets.map(({ kind, ...budget }) => (
            <Row
              key={kind}
              title={t(`money.credits.budget.${kind}`)}
              facts={[t('money.credits.used', budget)]}
            />
          ))}
        </Rows>
      </Panel>
    </>
  );
}

/** Movements of a job need no sentence of the server: the words here say it, and the job is a click away. */
function History() {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const pages = useInfiniteQuery({
    queryKey: keys.transactions,
    queryFn: ({ pageParam, signal }) =>
      client.creditTransactions({ cursor: pageParam || undefined }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });
  const list = pages.data?.pages.flatMap(({ data }) => data);
  return (
    <Panel title={t('money.credits.history')} testId="history">
      {pages.isError && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <RowsComing />}
      {list?.length === 0 && <Nothing>{t('money.credits.noHistory')}</Nothing>}
      <Rows>
        {list?.map((one) => (
          <Row
            key={one.id}
            title={`${t(`money.credits.kind.${one.kind}`)} · ${one.available_change === 0 ? one.amount : one.available_change.toLocaleString(i18n.language, { signDisplay: 'exceptZero' })}`}
            facts={[
              formatDate(one.created_at, i18n.language),
              one.available_change === 0 && t('money.credits.nothingMoved'),
              one.job_id === null && one.reason,
            ]}
            actions={
              one.job_id !== null && <Link to={`/library/${one.job_id}`}>{t('money.credits.job')}</Link>
            }
          />
        ))}
      </Rows>
      {pages.hasNextPage && (
        <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('money.credits.more')}
        </Button>
      )}
    </Panel>
  );
}
