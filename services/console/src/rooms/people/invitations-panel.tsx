import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AccountResource, InvitationResource } from '@shotloom/sdk';
import { accountKeys, useInvitations } from '../../shared/api/accounts';
import { useClient } from '../../shared/api/session';
import { formatDate } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { TextField } from '../../shared/ui/field';
import { Note } from '../../shared/ui/note';
import { Confirm, Nothing, Panel, panelStyles, Row, Rows, RowsComing } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { fieldError, useTask } from '../../shared/ui/use-task';
import { ShareFields, type Share } from './share-fields';

/** Those who are asked in, and have not answered. For owners and admins. */
export function InvitationsPanel({ account }: { account: AccountResource }) {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const pages = useInvitations(account.id);
  const [asked, setAsked] = useState<InvitationResource | null>(null);
  const refresh = () => cache.invalidateQueries({ queryKey: accountKeys.invitations(account.id) });
  const takeBack = async ({ id }: InvitationResource) => {
    await client.accounts.revokeInvitation(account.id, id);
    await refresh();
  };
  const open = pages.data?.pages.flatMap(({ data }) => data);
  return (
    <>
      <Invite account={account} onInvited={refresh} />
      <Panel title={t('account.people.invitations')}>
        {pages.isError && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
        {pages.isPending && <RowsComing count={1} />}
        {open?.length === 0 && <Nothing>{t('account.people.noInvitations')}</Nothing>}
        <Rows testId="invitations">
          {open?.map((one) => (
            <Row
              key={one.id}
              title={one.email}
              facts={[
                t(`account.people.role.${one.role}`),
                one.monthly_credit_limit !== null &&
                  t('account.keys.limited', { count: one.monthly_credit_limit }),
                t('account.people.expires', { date: formatDate(one.expires_at, i18n.language) }),
              ]}
              actions={
                <Button size="sm" variant="danger" onClick={() => setAsked(one)} data-testid="take-back">
                  {t('account.people.takeBack')}
                </Button>
              }
            />
          ))}
        </Rows>
        {pages.hasNextPage && (
          <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('common.more')}
          </Button>
        )}
      </Panel>
      {asked && (
        <Confirm
          title={t('account.people.takeBackTitle', { email: asked.email })}
          hint={t('account.people.takeBackHint')}
          action={t('account.people.takeBack')}
          onConfirm={() => takeBack(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

const NEWCOMER: Share = { role: 'member', limit: null };

function Invite({ account, onInvited }: { account: AccountResource; onInvited: () => Promise<void> }) {
  const { t } = useTranslation();
  const client = useClient();
  const [email, setEmail] = useState('');
  const [share, setShare] = useState(NEWCOMER);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const task = useTask(async () => {
    setSentTo(null);
    const body = { email: email.trim(), role: share.role, monthly_credit_limit: share.limit };
    const sent = await client.accounts.invite(account.id, body);
    setSentTo(sent.email);
    setEmail('');
    setShare(NEWCOMER);
    await onInvited();
  });
  return (
    <Panel title={t('account.people.invite')}>
      <TaskForm
        task={task}
        className={panelStyles.form}
        errorTestId="invite-error"
        end={
          <>
            {sentTo !== null && (
              <Note tone="good" testId="invited">
                {t('account.people.invited', { email: sentTo })}
              </Note>
            )}
            <div>
              <Submit variant="primary" task={task} incomplete={email.trim() === ''} data-testid="invite">
                {t('account.people.inviteSend')}
              </Submit>
            </div>
          </>
        }
      >
        <TextField
          label={t('account.profile.email')}
          type="email"
          autoComplete="off"
          value={email}
          onChange={setEmail}
          maxLength={320}
          error={fieldError(task.error, 'email')}
          data-testid="invite-email"
        />
        <ShareFields value={share} onChange={setShare} mine={account.role} error={task.error} />
      </TaskForm>
    </Panel>
  );
}
