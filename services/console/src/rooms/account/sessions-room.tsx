import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SessionResource } from '@shotloom/sdk';
import { useClient, useSession } from '../../shared/api/session';
import { formatAgo } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { NeedsSession } from '../../shared/ui/needs-session';
import { Page } from '../../shared/ui/page';
import { Panel, Row, Rows, RowsComing, Tag } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { useTask } from '../../shared/ui/use-task';

/** Where somebody is signed in, and the end of that. */
export function SessionsRoom() {
  const { t } = useTranslation();
  const { access } = useSession();
  return (
    <Page title={t('account.sessions.title')} lead={t('account.sessions.lead')} testId="sessions-room">
      {access?.kind === 'session' ? <Sessions /> : <NeedsSession />}
    </Page>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const { signOut } = useSession();
  const key = ['sessions'];
  const list = useQuery({ queryKey: key, queryFn: ({ signal }) => client.profile.sessions({ signal }) });
  const others = list.data?.filter(({ current }) => !current) ?? [];
  const end = useTask(async (ids: readonly string[]) => {
    for (const id of ids) await client.profile.endSession(id);
    await cache.invalidateQueries({ queryKey: key });
  });
  const everywhere = useTask(async () => {
    await client.profile.signOutEverywhere();
    await signOut();
  });
  if (list.isError) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <RowsComing />;
  const error = end.error ?? everywhere.error;
  return (
    <Panel
      title={t('account.sessions.title')}
      hint={others.length === 0 ? t('account.sessions.onlyThis') : undefined}
      action={
        <>
          {others.length > 0 && (
            <Button
              disabled={end.busy}
              onClick={() => end.run(others.map(({ id }) => id))}
              data-testid="end-others"
            >
              {t('account.sessions.others')}
            </Button>
          )}
          <Button
            variant="danger"
            disabled={everywhere.busy}
            title={t('account.sessions.everywhereHint')}
            onClick={() => everywhere.run()}
          >
            {t('account.sessions.everywhere')}
          </Button>
        </>
      }
    >
      {error !== null && <Problem error={error} />}
      <Rows>
        {list.data.map((one) => (
          <SessionRow key={one.id} session={one} busy={end.busy} onEnd={() => end.run([one.id])} />
        ))}
      </Rows>
    </Panel>
  );
}

function SessionRow({
  session,
  busy,
  onEnd,
}: {
  session: SessionResource;
  busy: boolean;
  onEnd: () => void;
}) {
  const { t, i18n } = useTranslation();
  const when = (iso: string): string => formatAgo(iso, i18n.language);
  const by = session.method === 'password' ? t('account.sessions.password') : session.method;
  return (
    <Row
      title={
        <>
          {session.device ?? t('account.sessions.unknownDevice')}
          {session.current && <Tag tone="good">{t('account.sessions.current')}</Tag>}
        </>
      }
      facts={[
        session.address,
        t('account.sessions.method', { name: by }),
        t('account.sessions.since', { ago: when(session.created_at) }),
        t('account.sessions.used', { ago: when(session.last_used_at) }),
      ]}
      actions={
        !session.current && (
          <Button size="sm" disabled={busy} onClick={onEnd}>
            {t('account.sessions.end')}
          </Button>
        )
      }
    />
  );
}
