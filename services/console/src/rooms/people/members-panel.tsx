import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AccountResource, MemberResource } from '@shotloom/sdk';
import { accountKeys, useMembers } from '../../shared/api/accounts';
import { useClient } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { Modal } from '../../shared/ui/modal';
import { Confirm, Panel, panelStyles, Row, Rows, RowsComing, Tag } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { useTask } from '../../shared/ui/use-task';
import { ShareFields, type Role, type Share } from './share-fields';

interface MembersPanelProps {
  readonly account: AccountResource;
  readonly myId: string;
}

type Asked = { readonly what: 'change' | 'remove'; readonly member: MemberResource };

const nameOf = (member: MemberResource): string => member.display_name || member.email;

/** Who shares the account, as what, and how much of it. Owners and admins change it. */
export function MembersPanel({ account, myId }: MembersPanelProps) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const pages = useMembers(account.id);
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const refresh = () => cache.invalidateQueries({ queryKey: accountKeys.members(account.id) });
  const remove = async (member: MemberResource) => {
    await client.accounts.removeMember(account.id, member.user_id);
    await refresh();
  };
  const members = pages.data?.pages.flatMap(({ data }) => data);
  return (
    <Panel title={t('account.people.members')} hint={account.name}>
      {pages.isError && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <RowsComing />}
      <Rows testId="members">
        {members?.map((member) => (
          <MemberRow
            key={member.user_id}
            member={member}
            mine={account.role}
            isMe={member.user_id === myId}
            onAsk={setAsked}
          />
        ))}
      </Rows>
      {pages.hasNextPage && (
        <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
      {asked?.what === 'change' && (
        <ChangeMember account={account} member={asked.member} onChanged={refresh} onClose={close} />
      )}
      {asked?.what === 'remove' && (
        <Confirm
          title={t('account.people.removeTitle', { name: nameOf(asked.member) })}
          hint={t('account.people.removeHint')}
          action={t('account.people.remove')}
          onConfirm={() => remove(asked.member)}
          onClose={close}
        />
      )}
    </Panel>
  );
}

interface MemberRowProps {
  readonly member: MemberResource;
  readonly mine: Role;
  readonly isMe: boolean;
  readonly onAsk: (asked: Asked) => void;
}

function MemberRow({ member, mine, isMe, onAsk }: MemberRowProps) {
  const { t } = useTranslation();
  const { monthly_credit_limit: limit } = member;
  const changeable = mine === 'owner' || (mine === 'admin' && member.role !== 'owner');
  return (
    <Row
      testId="member"
      title={
        <>
          {nameOf(member)} {isMe && <Tag>{t('account.people.you')}</Tag>}
        </>
      }
      facts={[
        member.display_name !== '' && member.email,
        t(`account.people.role.${member.role}`),
        limit === null ? t('account.people.noLimit') : t('account.keys.limited', { count: limit }),
      ]}
      actions={
        changeable && (
          <>
            <Button size="sm" onClick={() => onAsk({ what: 'change', member })} data-testid="change-member">
              {t('account.people.change')}
            </Button>
            {!isMe && (
              <Button
                size="sm"
                variant="danger"
                onClick={() => onAsk({ what: 'remove', member })}
                data-testid="remove-member"
              >
                {t('account.people.remove')}
              </Button>
            )}
          </>
        )
      }
    />
  );
}

interface ChangeMemberProps {
  readonly account: AccountResource;
  readonly member: MemberResource;
  readonly onChanged: () => Promise<void>;
  readonly onClose: () => void;
}

function ChangeMember({ account, member, onChanged, onClose }: ChangeMemberProps) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const [share, setShare] = useState<Share>({ role: member.role, limit: member.monthly_credit_limit });
  const task = useTask(async () => {
    const body = { role: share.role, monthly_credit_limit: share.limit };
    await client.accounts.changeMember(account.id, member.user_id, body);
    // It may have been one's own role.
    await Promise.all([onChanged(), cache.invalidateQueries({ queryKey: accountKeys.all })]);
    onClose();
  });
  return (
    <Modal title={nameOf(member)} onClose={onClose} testId="change-member-dialog">
      <TaskForm
        task={task}
        className={panelStyles.form}
        end={
          <div className={panelStyles.actions}>
            <Submit variant="primary" task={task} data-testid="save-member">
              {t('common.save')}
            </Submit>
            <Button variant="ghost" onClick={onClose}>
              {t('common.cancel')}
            </Button>
          </div>
        }
      >
        <ShareFields value={share} onChange={setShare} mine={account.role} error={task.error} />
      </TaskForm>
    </Modal>
  );
}
