import { useQuery } from '@tanstack/react-query';
import { useVisitor } from '../../shared/api/session';

/** What this installation offers to those who come. */
export function useAuthMethods() {
  const visitor = useVisitor();
  return useQuery({
    queryKey: ['auth-methods'],
    queryFn: ({ signal }) => visitor.auth.methods({ signal }),
    staleTime: 5 * 60_000,
  });
}
