import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { Connection } from '@shotloom/sdk';
import { receive } from './job-cache';
import { keys, useMe } from './queries';
import { useClient } from './session';

const ConnectionContext = createContext<Connection>('connecting');

/** How changes arrive right now. */
export function useConnection(): Connection {
  return useContext(ConnectionContext);
}

/** One feed for all rooms: everything that happens to the user's jobs goes into the cache. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useClient();
  const cache = useQueryClient();
  const userId = useMe().data?.user_id;
  const [connection, setConnection] = useState<Connection>('connecting');

  useEffect(() => {
    if (!userId) return;
    let wasAway = false;
    const feed = client.subscribe(userId, {
      scope: 'user',
      // What cannot be read now is read with the next event or visit; the feed itself goes on.
      onMessage: (message) => void receive(cache, client, message).catch(() => undefined),
      onConnection: (next) => {
        setConnection(next);
        if (next === 'live' && wasAway) {
          // Whatever was missed in between is read once.
          for (const queryKey of [keys.jobLists, ['job'], keys.me])
            void cache.invalidateQueries({ queryKey });
        }
        wasAway = next !== 'live';
      },
      onError: () => void cache.invalidateQueries({ queryKey: keys.me }),
    });
    const comeBack = () => {
      if (document.visibilityState === 'visible') feed.reconnect();
    };
    window.addEventListener('online', comeBack);
    document.addEventListener('visibilitychange', comeBack);
    return () => {
      window.removeEventListener('online', comeBack);
      document.removeEventListener('visibilitychange', comeBack);
      feed.close();
    };
  }, [cache, client, userId]);

  return <ConnectionContext value={connection}>{children}</ConnectionContext>;
}
