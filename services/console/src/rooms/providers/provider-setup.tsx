import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ProviderConfig } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { Note } from '../../shared/ui/note';
import { Confirm, RowsComing } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { DefaultsForm } from './defaults-form';
import { KeyChecks } from './key-checks';
import { KeyForm } from './key-form';
import { providerKeys } from './provider-keys';

/** One's own key at a provider, whether it works, and what is filled in. Read when it is looked at. */
export function ProviderSetup({ provider }: { provider: string }) {
  const client = useClient();
  const config = useQuery({
    queryKey: providerKeys.config(provider),
    queryFn: ({ signal }) => client.providers.config(provider, { signal }),
  });
  if (config.isError) return <Problem error={config.error} onRetry={() => void config.refetch()} />;
  if (config.isPending) return <RowsComing count={2} />;
  return <Setup config={config.data} />;
}

function Setup({ config }: { config: ProviderConfig }) {
  const { t } = useTranslation();
  const { provider, own_key: own, own_keys_allowed: allowed, own_key_fee_credits: fee, settings } = config;
  return (
    <>
      {!allowed && <Note tone="warn">{t('account.providers.notAllowed')}</Note>}
      {allowed && (
        <Note>{fee === 0 ? t('account.providers.feeNone') : t('account.providers.fee', { count: fee })}</Note>
      )}
      {(allowed || own !== null) && <KeyForm key={own?.updated_at ?? 'none'} config={config} />}
      {own !== null && <KeyChecks key={own.updated_at} provider={provider} />}
      <DefaultsForm config={config} />
      {(own !== null || Object.keys(settings).length > 0) && <RemoveConfig provider={provider} />}
    </>
  );
}

function RemoveConfig({ provider }: { provider: string }) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const [asked, setAsked] = useState(false);
  const remove = async () => {
    await client.providers.removeConfig(provider);
    await cache.resetQueries({ queryKey: providerKeys.config(provider) });
    await cache.invalidateQueries({ queryKey: providerKeys.list });
  };
  return (
    <div>
      <Button variant="danger" size="sm" onClick={() => setAsked(true)} data-testid="remove-config">
        {t('account.providers.remove')}
      </Button>
      {asked && (
        <Confirm
          title={t('account.providers.removeTitle', { name: provider })}
          hint={t('account.providers.removeHint')}
          action={t('account.providers.remove')}
          onConfirm={remove}
          onClose={() => setAsked(false)}
        />
      )}
    </div>
  );
}
