import { useState } from 'react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { WebhookResource, WebhookWithSecret } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { Page } from '../../shared/ui/page';
import { Confirm, Nothing, Panel, Rows, RowsComing, Secret } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { Deliveries } from './deliveries';
import { NewWebhook } from './new-webhook';
import { WebhookRow } from './webhook-row';

const WEBHOOKS = ['webhooks'];

type Asked = { readonly what: 'rotate' | 'delete'; readonly webhook: WebhookResource };

/** Where events are sent to: made, with the secret shown once, switched, rotated, deleted, and what became of each call. */
export function WebhooksRoom() {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const [made, setMade] = useState<WebhookWithSecret | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const pages = useInfiniteQuery({
    queryKey: WEBHOOKS,
    queryFn: ({ pageParam, signal }) => client.webhooks.list({ cursor: pageParam || undefined }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });
  const reread = () => cache.invalidateQueries({ queryKey: WEBHOOKS });
  const show = async (webhook: WebhookWithSecret | null) => {
    setMade(webhook);
    await reread();
  };
  const confirm = async ({ what, webhook }: Asked) => {
    if (what === 'rotate') return show(await client.webhooks.rotateSecret(webhook.id));
    await client.webhooks.delete(webhook.id);
    await show(null);
  };
  const list = pages.data?.pages.flatMap(({ data }) => data);
  const open = list?.find(({ id }) => id === opened);
  return (
    <Page title={t('webhooks.title')} lead={t('webhooks.lead')} testId="webhooks-room">
      <Making made={made} onChange={(webhook) => void show(webhook)} />
      <Panel title={t('webhooks.title')}>
        {pages.isError && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
        {pages.isPending && <RowsComing />}
        {list?.length === 0 && <Nothing>{t('webhooks.none')}</Nothing>}
        <Rows testId="webhooks">
          {list?.map((webhook) => (
            <WebhookRow
              key={webhook.id}
              webhook={webhook}
              isOpen={webhook.id === opened}
              onOpen={() => setOpened(webhook.id === opened ? null : webhook.id)}
              onAsk={(what) => setAsked({ what, webhook })}
              onChanged={reread}
            />
          ))}
        </Rows>
        {pages.hasNextPage && <Button onClick={() => void pages.fetchNextPage()}>{t('common.more')}</Button>}
      </Panel>
      {open && <Deliveries key={open.id} webhook={open} />}
      {asked && (
        <Confirm
          title={t(`webhooks.${asked.what}Title`, { url: asked.webhook.url })}
          hint={t(`webhooks.${asked.what}Hint`)}
          action={t(`webhooks.${asked.what}`)}
          onConfirm={() => confirm(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </Page>
  );
}

interface MakingProps {
  /** What was just made, until its secret is copied. */
  readonly made: WebhookWithSecret | null;
  readonly onChange: (made: WebhookWithSecret | null) => void;
}

function Making({ made, onChange }: MakingProps) {
  return made ? <Made made={made} onDone={() => onChange(null)} /> : <NewWebhook onMade={onChange} />;
}

function Made({ made, onDone }: { made: WebhookWithSecret; onDone: () => void }) {
  const { t } = useTranslation();
  const { secret } = made;
  return (
    <Panel
      title={t('webhooks.made')}
      hint={t(secret === undefined ? 'webhooks.noSecret' : 'webhooks.madeHint')}
    >
      {secret !== undefined && <Secret value={secret} />}
      <div>
        <Button onClick={onDone} data-testid="webhook-copied">
          {t('webhooks.done')}
        </Button>
      </div>
    </Panel>
  );
}
