import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Plug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ProviderResource } from '@shotloom/sdk';
import { providerKeys } from './provider-keys';
import { useClient } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { Empty } from '../../shared/ui/empty';
import { Page } from '../../shared/ui/page';
import { Nothing, Panel, RowsComing, Tag } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { ProviderSetup } from './provider-setup';

/** Others' jobs come and go. */
const ASKED_EVERY_MS = 15_000;

/** The engines behind the models: how they do, and one's own key at each. */
export function ProvidersRoom() {
  const { t } = useTranslation();
  const client = useClient();
  const list = useQuery({
    queryKey: providerKeys.list,
    queryFn: ({ signal }) => client.providers.list({ signal }),
    refetchInterval: ASKED_EVERY_MS,
  });
  return (
    <Page title={t('account.providers.title')} lead={t('account.providers.lead')} testId="providers-room">
      {list.isError && <Problem error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <RowsComing />}
      {list.data?.length === 0 && (
        <Empty icon={<Plug />} title={t('account.providers.none')}>
          {t('account.providers.noneHint')}
        </Empty>
      )}
      {list.data?.map((provider) => (
        <Provider key={provider.id} provider={provider} />
      ))}
    </Page>
  );
}

const TONES = { on: 'good', off: 'bad', paused: 'warn' } as const;

/** How a provider does, in words. */
function useStateOf(provider: ProviderResource): string {
  const { t, i18n } = useTranslation();
  const { in_flight: inFlight, queued, error_rate: rate, breaker } = provider;
  const share = (rate ?? 0).toLocaleString(i18n.language, { style: 'percent' });
  return [
    inFlight > 0 && t('account.providers.inFlight', { count: inFlight }),
    queued > 0 && t('account.providers.queued', { count: queued }),
    inFlight + queued === 0 && t('account.providers.idle'),
    rate !== null && rate > 0 && t('account.providers.errors', { share }),
    breaker !== 'closed' && t(`account.providers.breaker.${breaker}`),
  ]
    .filter(Boolean)
    .join(' · ');
}

const REASONS = ['breaker_open', 'creates_spent', 'no_credential', 'spend_cap'] as const;
/** Reasons for waiting are words of the wire, of which most say that all places are taken; others are sentences already. */
function useReason(reason: string | null): string | null {
  const { t } = useTranslation();
  const known = REASONS.find((one) => one === reason);
  if (known) return t(`account.providers.reason.${known}`);
  return reason !== null && /^[a-z_]+$/.test(reason) ? t('account.providers.reason.full') : reason;
}

function Provider({ provider }: { provider: ProviderResource }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const state = useStateOf(provider);
  const reason = useReason(provider.reason);
  const takesKeys = provider.kind === 'poll';
  return (
    <Panel
      title={provider.id}
      testId={`provider-${provider.id}`}
      hint={state}
      action={
        takesKeys && (
          <Button
            size="sm"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            data-testid={`set-up-${provider.id}`}
          >
            {t(open ? 'common.close' : 'account.providers.setUp')}
          </Button>
        )
      }
    >
      <div>
        <Tag tone={TONES[provider.state]}>{t(`account.providers.state.${provider.state}`)}</Tag>{' '}
        {provider.own_key && <Tag>{t('account.providers.ownKey')}</Tag>}
      </div>
      {reason !== null && <Nothing>{reason}</Nothing>}
      {!takesKeys && <Nothing>{t('account.providers.builtIn')}</Nothing>}
      {open && <ProviderSetup provider={provider.id} />}
    </Panel>
  );
}
