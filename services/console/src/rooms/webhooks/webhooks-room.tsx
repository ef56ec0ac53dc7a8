import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WebhookResource, WebhookWithSecret } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { Page } from '../../shared/ui/page';
import { Confirm } from '../../shared/ui/panel';
import { ShownOnce } from '../../shared/ui/shown-once';
import { useShownOnce } from '../../shared/ui/use-shown-once';
import { Deliveries } from './deliveries';
import { NewWebhook } from './new-webhook';
import { SigningSecretPanel } from './signing-secret';
import { useWebhooks } from './use-webhooks';
import { WebhookList } from './webhook-list';

type Asked = { readonly what: 'rotate' | 'delete'; readonly webhook: WebhookResource };

/** Where events are sent to: made, with the secret shown once, switched, rotated, deleted, and what became of each call. */
export function WebhooksRoom() {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const { list, pages, reread } = useWebhooks(opened !== null);
  const { made, show, hide } = useShownOnce<WebhookWithSecret>();
  const open = list?.find(({ id }) => id === opened);
  return (
    <Page title={t('webhooks.title')} lead={t('webhooks.lead')} testId="webhooks-room">
      {made.map(({ id, url, secret }) => (
        <ShownOnce
          key={secret ?? id}
          title={t('webhooks.made')}
          of={t('webhooks.secretOf', { url })}
          secret={secret}
          hint={t(secret === undefined ? 'webhooks.noSecret' : 'webhooks.madeHint')}
          done={t('webhooks.done')}
          onDone={() => hide(id)}
          testId={`secret-of-${id}`}
        />
      ))}
      <NewWebhook
        onMade={(webhook) => {
          show(webhook);
          void reread();
        }}
      />
      <WebhookList
        list={list}
        pages={pages}
        opened={opened}
        onOpen={setOpened}
        onAsk={(what, webhook) => setAsked({ what, webhook })}
        onChanged={reread}
      />
      {open && <Deliveries key={open.id} webhook={open} />}
      <SigningSecretPanel />
      {asked && (
        <Asking
          {...asked}
          onRotated={show}
          onDeleted={hide}
          onChanged={reread}
          onClose={() => setAsked(null)}
        />
      )}
    </Page>
  );
}

interface AskingProps extends Asked {
  readonly onRotated: (webhook: WebhookWithSecret) => void;
  readonly onDeleted: (id: string) => void;
  readonly onChanged: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before a secret or a webhook goes. */
function Asking({ what, webhook, onRotated, onDeleted, onChanged, onClose }: AskingProps) {
  const { t } = useTranslation();
  const client = useClient();
  const { id, url } = webhook;
  const rotate = async () => {
    const rotated = await client.webhooks.rotateSecret(id);
    void onChanged();
    return () => onRotated(rotated);
  };
  const remove = async () => {
    await client.webhooks.delete(id);
    onDeleted(id);
    await onChanged();
  };
  return (
    <Confirm
      title={t(`webhooks.${what}Title`, { url })}
      hint={t(`webhooks.${what}Hint`)}
      action={t(`webhooks.${what}`)}
      onConfirm={what === 'rotate' ? rotate : remove}
      onClose={onClose}
    />
  );
}
