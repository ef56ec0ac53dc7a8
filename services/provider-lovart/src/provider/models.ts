import { MODELS, vendorCostOf, type VideoRequest } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { PROVIDER } from './errors';

export interface AgentTool {
  /** What the agent is told to use, and nothing else. */
  readonly tool: string;
  /** The most that it may cost: what the price of the job covers. Lovart's credits. */
  readonly budget: number;
}

/** The tool of the catalogue's model `lovart:<name>`, and the budget of this request. Throws `unsupported_by_model`. */
export function toolFor(request: VideoRequest): AgentTool {
  const model = MODELS.find(({ id, provider }) => id === request.model && provider === PROVIDER);
  const cost = model && vendorCostOf(model, request);
  if (cost) return { tool: toolName(request.model), budget: Math.floor(cost.units) };
  const message = `Lovart has no model ${request.model} that has a budget. It has: ${known()}.`;
  throw new AppError('unsupported_by_model', message, { provider: PROVIDER });
}

/** `generate_video_kling_v3` of `lovart:kling_v3`. */
export const toolName = (modelId: string): string => `generate_video_${modelId.replace(/^lovart:/, '')}`;

const known = (): string =>
  MODELS.filter(({ provider }) => provider === PROVIDER)
    .map(({ id }) => id)
    .join(', ');
