import { useState } from 'react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ApiKeyResource, CreatedApiKey } from '@shotloom/sdk';
import { useClient, useSession } from '../../shared/api/session';
import { formatAgo, formatDate } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { NeedsSession } from '../../shared/ui/needs-session';
import { Page } from '../../shared/ui/page';
import { Confirm, Nothing, Panel, Row, Rows, RowsComing, Tag } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { ShownOnce } from '../../shared/ui/shown-once';
import { useShownOnce } from '../../shared/ui/use-shown-once';
import { NewKey } from './new-key';

const KEYS = ['api-keys'];

/** Keys for programs: made, shown once, rotated, revoked. */
export function KeysRoom() {
  const { t } = useTranslation();
  const { access } = useSession();
  return (
    <Page title={t('account.keys.title')} lead={t('account.keys.lead')} testId="keys-room">
      {access?.kind === 'session' ? <Keys /> : <NeedsSession />}
    </Page>
  );
}

type Asked = { readonly what: 'rotate' | 'revoke'; readonly key: ApiKeyResource };

function Keys() {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const { made, show, hide } = useShownOnce<CreatedApiKey>();
  const [asked, setAsked] = useState<Asked | null>(null);
  const pages = useInfiniteQuery({
    queryKey: KEYS,
    queryFn: ({ pageParam, signal }) => client.apiKeys.list({ cursor: pageParam || undefined }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });
  const reread = () => cache.invalidateQueries({ queryKey: KEYS });
  const rotate = async (id: string) => {
    const rotated = await client.apiKeys.rotate(id);
    void reread();
    return () => show(rotated);
  };
  const revoke = async (id: string) => {
    await client.apiKeys.revoke(id);
    hide(id);
    await reread();
  };
  const list = pages.data?.pages.flatMap(({ data }) => data);
  return (
    <>
      {made.map((key) => (
        <Made key={key.id} made={key} onDone={() => hide(key.id)} />
      ))}
      <NewKey
        onMade={(key) => {
          show(key);
          void reread();
        }}
      />
      <Panel title={t('account.keys.title')}>
        {pages.isError && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
        {pages.isPending && <RowsComing />}
        {list?.length === 0 && <Nothing>{t('account.keys.noneHint')}</Nothing>}
        <Rows testId="keys">
          {list?.map((key) => (
            <KeyRow key={key.id} apiKey={key} onAsk={setAsked} />
          ))}
        </Rows>
        {pages.hasNextPage && <Button onClick={() => void pages.fetchNextPage()}>{t('common.more')}</Button>}
      </Panel>
      {asked && (
        <Confirm
          title={t(`account.keys.${asked.what}Title`, { name: asked.key.name })}
          hint={t(`account.keys.${asked.what}Hint`)}
          action={t(`account.keys.${asked.what}`)}
          onConfirm={() => (asked.what === 'rotate' ? rotate(asked.key.id) : revoke(asked.key.id))}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

function Made({ made: { name, key }, onDone }: { made: CreatedApiKey; onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <ShownOnce
      title={t('account.keys.made')}
      of={name}
      secret={key}
      hint={t(key === undefined ? 'account.keys.noSecret' : 'account.keys.madeHint')}
      done={t('account.keys.done')}
      onDone={onDone}
      testId="key"
    />
  );
}

function stateOf(key: ApiKeyResource): 'active' | 'revoked' | 'expired' {
  if (key.revoked_at !== null && Date.parse(key.revoked_at) <= Date.now()) return 'revoked';
  return key.expires_at !== null && Date.parse(key.expires_at) <= Date.now() ? 'expired' : 'active';
}

function KeyRow({ apiKey: key, onAsk }: { apiKey: ApiKeyResource; onAsk: (asked: Asked) => void }) {
  const { t, i18n } = useTranslation();
  const state = stateOf(key);
  return (
    <Row
      title={
        <>
          {key.name} <Tag tone={state === 'active' ? 'good' : 'bad'}>{t(`account.keys.state.${state}`)}</Tag>
        </>
      }
      facts={[
        `${key.prefix}…`,
        key.scopes.map((scope) => t(`account.keys.scope.${scope}`)).join(', '),
        key.monthly_credit_limit !== null && t('account.keys.limited', { count: key.monthly_credit_limit }),
        key.expires_at !== null &&
          t('account.keys.expires', { date: formatDate(key.expires_at, i18n.language) }),
        key.last_used_at === null
          ? t('account.keys.never')
          : t('account.keys.used', { ago: formatAgo(key.last_used_at, i18n.language) }),
      ]}
      actions={
        state === 'active' && (
          <>
            <Button size="sm" onClick={() => onAsk({ what: 'rotate', key })}>
              {t('account.keys.rotate')}
            </Button>
            <Button size="sm" variant="danger" onClick={() => onAsk({ what: 'revoke', key })}>
              {t('account.keys.revoke')}
            </Button>
          </>
        )
      }
    />
  );
}
