import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { MeResource } from '@shotloom/sdk';
import { keys, useMe } from '../../shared/api/queries';
import { useClient, useSession } from '../../shared/api/session';
import { formatDate } from '../../shared/i18n/format';
import { PasswordField, TextField } from '../../shared/ui/field';
import { NeedsSession } from '../../shared/ui/needs-session';
import { Note } from '../../shared/ui/note';
import { Page } from '../../shared/ui/page';
import { Nothing, Panel, panelStyles, Row, Rows, RowsComing } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { fieldError, useTask } from '../../shared/ui/use-task';

/** Who somebody is here, and how they sign in. */
export function ProfileRoom() {
  const { t } = useTranslation();
  const { access } = useSession();
  const me = useMe();
  return (
    <Page title={t('account.profile.title')} lead={t('account.profile.lead')} testId="profile-room">
      {access?.kind === 'key' && <NeedsSession />}
      {me.isError && <Problem error={me.error} onRetry={() => void me.refetch()} />}
      {me.isPending && <RowsComing />}
      {me.data && <Name key={me.data.user_id} me={me.data} changeable={access?.kind === 'session'} />}
      {access?.kind === 'session' && <SignInWays />}
    </Page>
  );
}

function Name({ me, changeable }: { me: MeResource; changeable: boolean }) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const [name, setName] = useState(me.display_name ?? '');
  const task = useTask(async () => {
    cache.setQueryData(keys.me, await client.profile.update({ display_name: name.trim() }));
  });
  return (
    <Panel
      title={t('account.profile.name')}
      hint={`${me.email ?? ''} · ${t(me.email_verified ? 'account.profile.verified' : 'account.profile.unverified')}`}
    >
      <TaskForm
        task={task}
        className={panelStyles.form}
        end={
          changeable && (
            <div>
              <Submit task={task} incomplete={name.trim() === me.display_name}>
                {t('common.save')}
              </Submit>
            </div>
          )
        }
      >
        <TextField
          label={t('account.profile.name')}
          value={name}
          onChange={setName}
          maxLength={100}
          disabled={!changeable}
          error={fieldError(task.error, 'display_name')}
        />
      </TaskForm>
    </Panel>
  );
}

function SignInWays() {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const ways = useQuery({
    queryKey: ['sign-in-ways'],
    queryFn: ({ signal }) => client.profile.signInWays({ signal }),
  });
  if (ways.isError) return <Problem error={ways.error} onRetry={() => void ways.refetch()} />;
  if (ways.isPending) return <RowsComing />;
  return (
    <>
      {ways.data.password ? <Password /> : <Note>{t('account.profile.noPassword')}</Note>}
      <Panel title={t('account.profile.ways')} hint={t('account.profile.waysHint')}>
        {ways.data.identities.length === 0 && <Nothing>{t('account.profile.noWays')}</Nothing>}
        <Rows>
          {ways.data.identities.map((one) => (
            <Row
              key={one.issuer + one.email}
              title={one.title ?? one.issuer}
              facts={[
                one.email,
                one.title === null && t('account.profile.notOffered'),
                t('account.profile.linked', { date: formatDate(one.linked_at, i18n.language) }),
              ]}
            />
          ))}
        </Rows>
      </Panel>
    </>
  );
}

function Password() {
  const { t } = useTranslation();
  const client = useClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [done, setDone] = useState(false);
  const task = useTask(async () => {
    setDone(false);
    await client.profile.update({ password: { current, new: next } });
    setCurrent('');
    setNext('');
    setDone(true);
  });
  return (
    <Panel title={t('account.profile.password')} hint={t('account.profile.passwordHint')}>
      <TaskForm
        task={task}
        className={panelStyles.form}
        end={
          <>
            {done && <Note tone="good">{t('account.profile.changed')}</Note>}
            <div>
              <Submit task={task} incomplete={!current || !next}>
                {t('account.profile.change')}
              </Submit>
            </div>
          </>
        }
      >
        <PasswordField
          label={t('account.profile.current')}
          value={current}
          onChange={setCurrent}
          autoComplete="current-password"
          error={fieldError(task.error, 'password.current')}
        />
        <PasswordField
          label={t('account.profile.next')}
          value={next}
          onChange={setNext}
          autoComplete="new-password"
          hint={t('entry.passwordHint')}
          error={fieldError(task.error, 'password.new')}
        />
      </TaskForm>
    </Panel>
  );
}
