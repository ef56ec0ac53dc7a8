import { z } from 'zod';
import type { ClipSpec } from '../core/result-media';
import type { SimOrder, SimTaskOf } from '../core/task-book';
import type { LovartAccount } from './lovart-accounts';
import { LovartError } from './lovart-errors';

/** A chat that passed every check: one thread that makes one video. */
export interface LovartOrder extends SimOrder {
  readonly projectId: string;
}
export type LovartTask = SimTaskOf<LovartAccount, LovartOrder>;

/** Of August 2026. */
export const VIDEO_TOOLS: readonly string[] = [
  ...['seedance_v2_5', 'seedance_v2_0', 'seedance_v2_0_fast', 'seedance_v2_0_mini', 'seedance_pro_v1_5'],
  ...['kling_v3', 'kling_v3_omni', 'kling_v2_6', 'kling_omni_v1', 'minimax_h3', 'hailuo_v2_3', 'wan_v2_6'],
  ...['veo3_1', 'veo3_1_fast', 'veo3', 'vidu_q2', 'gemini_omni_flash'],
].map((name) => `generate_video_${name}`);

const tool = z.string().min(1);
const chatSchema = z.strictObject({
  prompt: z.string().min(1),
  project_id: z.string().min(1),
  attachments: z.array(z.url()).optional(),
  thread_id: z.string().optional(),
  mode: z.enum(['thinking', 'fast']).optional(),
  tool_config: z
    .strictObject({
      prefer_tool_categories: z.partialRecord(z.enum(['IMAGE', 'VIDEO', '3D']), z.array(tool)).optional(),
      include_tools: z.array(tool).optional(),
      exclude_tools: z.array(tool).optional(),
    })
    .optional(),
});
export type ChatBody = z.output<typeof chatSchema>;

/** Throws the vendor's 400. */
export function readChat(json: unknown): ChatBody {
  const body = chatSchema.safeParse(json);
  if (!body.success) throw new LovartError('400', z.prettifyError(body.error));
  const unknown = (body.data.tool_config?.include_tools ?? []).filter((name) => !VIDEO_TOOLS.includes(name));
  if (unknown.length > 0) throw new LovartError('400', `Unknown tools: ${unknown.join(', ')}`);
  return body.data;
}

/** What the agent understands of a prompt: it has no other way to hear of length and shape. */
export function orderOf({ prompt, project_id: projectId }: ChatBody, account: LovartAccount): LovartOrder {
  const clip = clipOf(prompt);
  const credits = account.unlimited ? 0 : clip.seconds * account.creditsPerSecond;
  return { prompt, projectId, externalId: null, callbackUrl: null, clip, units: `${credits}` };
}

function clipOf(prompt: string): ClipSpec {
  const seconds = Number(/(\d+)\s*(?:s\b|sec)/i.exec(prompt)?.[1] ?? 5);
  const [, x = 16, y = 9] = (/\b(\d{1,2}):(\d{1,2})\b/.exec(prompt) ?? []).map(Number);
  const side = Number(/\b(\d{3,4})p\b/i.exec(prompt)?.[1] ?? 720);
  const even = (length: number): number => Math.round((length * side) / Math.min(x, y) / 2) * 2;
  return { width: even(x), height: even(y), seconds, audio: false };
}
