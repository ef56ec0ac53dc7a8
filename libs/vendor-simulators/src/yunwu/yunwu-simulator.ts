import { startSimulator, type Simulator, type SimulatorOptions } from '../core/simulator';
import { TaskBook } from '../core/task-book';
import { YUNWU_DEMO_ACCOUNT, type YunwuAccount } from './yunwu-accounts';
import type { YunwuFormat, YunwuOrder } from './yunwu-order';
import { YunwuRoutes } from './yunwu-routes';

export interface YunwuSimulatorOptions extends SimulatorOptions {
  /** Default: one, with the key that the README names. */
  readonly accounts?: readonly Partial<YunwuAccount>[];
  /** Names that are sold, and in which format. Default: those of which the contract speaks. */
  readonly models?: Readonly<Record<string, YunwuFormat>>;
  /** Quota units that any video costs. No price is published: the default is a number to reckon with, and nothing more. */
  readonly unitsPerVideo?: number;
  /** Of a create; a larger one is 413. Default: no limit, since none is published. */
  readonly maxBodyBytes?: number;
  /** Milliseconds for which a task is done already and has no address yet. Default 0. */
  readonly urlDelayMs?: number;
  /** A task of the xAI format that is under way is 202 without a body. Default false. */
  readonly answersEmpty?: boolean;
  /** Whether `GET /v1/videos/{id}` is there; else such tasks are found by `/v1/video/query`. Default true. */
  readonly queriesXai?: boolean;
}
export type YunwuSimulator = Simulator<YunwuAccount>;

const MODELS: Readonly<Record<string, YunwuFormat>> = {
  ...{ 'grok-video-3': 'unified', 'grok-video-3-10s': 'unified' },
  ...{ 'grok-imagine-video': 'xai', 'grok-imagine-video-1.5-preview': 'xai' },
  ...{ 'veo3.1': 'unified', 'veo3.1-fast': 'unified', 'jimeng-video-3.0': 'unified' },
};
const DAY_MS = 24 * 3600 * 1000;
const UNITS_PER_VIDEO = 100_000;
const HEX = 16;

/** Starts a server on 127.0.0.1 that answers as Yunwu's users and the source of new-api say. */
export function startYunwuSimulator(options: YunwuSimulatorOptions = {}): Promise<YunwuSimulator> {
  const { linkLifetimeMs = DAY_MS, models = MODELS, unitsPerVideo = UNITS_PER_VIDEO } = options;
  const { maxBodyBytes = Infinity, urlDelayMs = 0, answersEmpty = false, queriesXai = true } = options;
  const accounts = (options.accounts ?? [{}]).map((account) => ({ ...YUNWU_DEMO_ACCOUNT, ...account }));
  return startSimulator(options, ({ clock, random, times, links, media, now }) => {
    const tasks = new TaskBook<YunwuAccount, YunwuOrder>({
      ...{ clock, random, times, onChange: () => undefined },
      toId: (number) => `299604b7-${number.toString(HEX)}`,
    });
    const routes = new YunwuRoutes({
      ...{ accounts, tasks, links, media, now, linkLifetimeMs, models, unitsPerVideo },
      ...{ maxBodyBytes, urlDelayMs, answersEmpty, queriesXai },
    });
    return { accounts, tasks, routes, credential: () => ({ apiKey: accounts[0]?.apiKeys[0] ?? '' }) };
  });
}
