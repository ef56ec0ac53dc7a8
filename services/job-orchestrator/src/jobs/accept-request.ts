import type { AppError } from '@shotloom/kernel';
import type { RpcRequest, RpcResponse, acceptJobsRpc } from '@shotloom/contracts';

export type AcceptRequest = RpcRequest<typeof acceptJobsRpc>;
export type AcceptAnswer = RpcResponse<typeof acceptJobsRpc>;

/** What became of one request of a group. */
export type AcceptOutcome =
  | { readonly kind: 'answer'; readonly answer: AcceptAnswer }
  | { readonly kind: 'refused'; readonly error: AppError }
  /** It used the key of a request before it in the group, which was refused: it is a request of its own, to be tried anew. */
  | { readonly kind: 'again' };

/** What is set aside for each variant: the dearest of the model that was asked for and those that it may fall back to. */
export function holdAmount({ price, fallback }: Pick<AcceptRequest, 'price' | 'fallback'>): number {
  return Math.max(price.credits, ...fallback.map((link) => link.price.credits));
}
