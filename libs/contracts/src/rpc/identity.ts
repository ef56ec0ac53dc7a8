import { z } from 'zod';
import { defineRpc } from '../bus/rpc';

export const principalSchema = z.object({
  userId: z.string(),
  accountId: z.string(),
  scopes: z.array(z.enum(['generate', 'read', 'admin'])),
});
/** Who is asking, and what they may do. */
export type Principal = z.infer<typeof principalSchema>;

/** Checks an API key or redeems a one-time ticket (gone after the first use). Null: not valid. */
export const verifyCredentialRpc = defineRpc(
  'rpc.gateway.verify-credential',
  z.object({ kind: z.enum(['api_key', 'ticket']), value: z.string().max(500) }),
  z.object({ principal: principalSchema.nullable() }),
);
