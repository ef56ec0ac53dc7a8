import { Injectable } from '@nestjs/common';
import {
  SHOT_KEY,
  toYunwuTask,
  yunwuSettings,
  type CreateYunwuTasks,
  type Principal,
  type RunYunwuTasks,
  type YunwuRun,
  type YunwuTasks,
} from '@shotloom/contracts';
import { Drafts, type DraftsCaller } from '../generate/drafts';
import { Generation, type ResolveCommand } from '../generate/generation';
import { allResolved } from '../generate/many';
import { namedSource } from '../generate/source-reference';
import { OwnKeys } from '../providers/own-keys';

const PROVIDER = 'yunwu';

interface Shot {
  /** Where it stands in the body. */
  readonly field: string;
  readonly shot: string;
  readonly prompt: string;
  readonly image: string | undefined;
}

/** The tasks of the storyboard tool: drafts of ours, each named after its shot and which of the shot's videos it is. */
@Injectable()
export class YunwuTaskDesk {
  constructor(
    private readonly generation: Generation,
    private readonly drafts: Drafts,
    private readonly ownKeys: OwnKeys,
  ) {}

  /** Nothing is held and nothing starts. What the model cannot do becomes the nearest that it can. */
  async create(
    body: CreateYunwuTasks,
    caller: DraftsCaller,
    origins: readonly string[],
  ): Promise<{ tasks: YunwuTasks['tasks']; replayed: boolean }> {
    const { principal, requestId } = caller;
    const liked = yunwuSettings(await this.ownKeys.settingsOf(principal.userId, PROVIDER));
    const shots = shotsOf(body);
    const order = {
      provider: PROVIDER,
      model: `${PROVIDER}:${body.model ?? liked.model}`,
      size: body.size ?? liked.size,
      aspect_ratio: body.aspect_ratio ?? liked.aspectRatio,
      variants: body.videos_per_shot ?? liked.videosPerShot,
      ...(body.duration === undefined ? {} : { duration: body.duration }),
    };
    const commands = shots.map(({ prompt, image }): ResolveCommand => ({
      ...{ principal, origins, requestId, nearest: true },
      operation: image === undefined ? 'text-to-video' : 'image-to-video',
      body: { ...order, prompt, ...namedSource(image) },
    }));
    const resolved = allResolved(await this.generation.resolveEach(commands), (index, field) =>
      fieldIn(body, shots[index], field),
    );
    const made = resolved.map((one, index) => ({
      resolved: one,
      metadata: { [SHOT_KEY]: shots[index]?.shot ?? '' },
    }));
    const { jobs, replayed } = await this.drafts.create(made, caller);
    return { tasks: jobs.map(toYunwuTask), replayed };
  }

  /** Left out, the limit is that of the caller's configuration. */
  async run(
    { task_ids: ids, max_concurrent: wanted }: RunYunwuTasks,
    caller: DraftsCaller,
  ): Promise<YunwuRun & { replayed: boolean }> {
    const most = wanted ?? (await this.mostConcurrent(caller.principal));
    const { jobIds, creditsHeld, replayed } = await this.drafts.run(ids, most, caller);
    return { task_ids: [...jobIds], max_concurrent: most, credits_held: creditsHeld, replayed };
  }

  private async mostConcurrent({ userId }: Principal): Promise<number> {
    return yunwuSettings(await this.ownKeys.settingsOf(userId, PROVIDER)).maxConcurrent;
  }
}

function shotsOf({ shots, images, prompt }: CreateYunwuTasks): readonly Shot[] {
  if (shots)
    return shots.map(({ shot, ...rest }, index) => ({
      ...rest,
      shot,
      image: rest.image,
      field: `shots.${index}`,
    }));
  return (images ?? []).map((image, index) => ({
    field: `images.${index}`,
    shot: `${index + 1}.0`,
    prompt: prompt ?? '',
    image,
  }));
}

/** A field of one order in the words of the body that it came from. */
function fieldIn(body: CreateYunwuTasks, shot: Shot | undefined, field: string): string {
  if (field === 'asset_id' || field === 'file_url') {
    return body.images ? (shot?.field ?? '') : `${shot?.field}.image`;
  }
  if (field === 'prompt') return body.images ? 'prompt' : `${shot?.field}.prompt`;
  return field;
}
