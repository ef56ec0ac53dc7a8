import { useQueryClient } from '@tanstack/react-query';
import type { ProviderConfig } from '@shotloom/sdk';

export const providerKeys = {
  list: ['providers'] as const,
  config: (id: string) => ['provider-config', id] as const,
};

/** Shows a configuration as the server answered it, and reads anew what depends on it. */
export function useTakeConfig(): (config: ProviderConfig) => Promise<void> {
  const cache = useQueryClient();
  return async (config) => {
    cache.setQueryData(providerKeys.config(config.provider), config);
    await cache.invalidateQueries({ queryKey: providerKeys.list });
  };
}
