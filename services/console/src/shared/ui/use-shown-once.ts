import { useCallback, useState } from 'react';

/**
 * Things whose secret was in one answer only, newest first, each until somebody has copied it. What happens to another thing takes none
 * of them off the page; a newer secret of the same thing takes the place of its older one.
 */
export function useShownOnce<T extends { readonly id: string }>() {
  const [made, setMade] = useState<readonly T[]>([]);
  const hide = useCallback((id: string) => setMade((now) => now.filter((one) => one.id !== id)), []);
  const show = useCallback(
    (next: T) => setMade((now) => [next, ...now.filter(({ id }) => id !== next.id)]),
    [],
  );
  return { made, show, hide };
}
