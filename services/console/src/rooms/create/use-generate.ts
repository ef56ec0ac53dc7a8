import { useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Accepted, ShotloomClient, TextToVideo } from '@shotloom/sdk';
import { putJob } from '../../shared/api/job-cache';
import { keys, useMe } from '../../shared/api/queries';
import { useClient } from '../../shared/api/session';
import { sourceKindOf, type Draft, type Source } from '../../shared/jobs/draft';
import type { Choices } from './choices';
import { settledExtras, type ExtraControls } from './use-extras';
import type { SourceControl } from './use-source';

export type Doing = 'nothing' | 'uploading' | 'accepting';

interface Order {
  readonly draft: Draft;
  readonly choices: Choices | null;
  /** Of the operation's input; null where it takes none. */
  readonly control: SourceControl | null;
  readonly extras: ExtraControls;
  readonly onAccepted: (accepted: Accepted, thumb: string | null) => void;
}

/** What goes with every operation. */
function commonBody(draft: Draft, { model, duration, aspectRatio, size, params }: Choices) {
  const negative = draft.negativePrompt.trim();
  return {
    model: model.id,
    duration,
    aspect_ratio: aspectRatio,
    size,
    // The ids are the server's own, from its list of presets.
    ...(draft.style ? { style_preset: draft.style as NonNullable<TextToVideo['style_preset']> } : {}),
    ...(negative && model.supports.negative_prompt ? { negative_prompt: negative } : {}),
    ...(Object.keys(params).length > 0 ? { params } : {}),
    ...(draft.seed !== null && model.supports.seed ? { seed: draft.seed } : {}),
  };
}

function send(
  client: ShotloomClient,
  draft: Draft,
  choices: Choices,
  source: Source | null,
  extras: NonNullable<Awaited<ReturnType<typeof settledExtras>>>,
): Promise<Accepted> {
  const references = extras.references.length > 0 ? { references: [...extras.references] } : {};
  const common = { ...commonBody(draft, choices), ...references };
  const prompt = draft.prompt.trim();
  const asset = source ? { asset_id: source.assetId } : {};
  switch (draft.operation) {
    case 'image-to-video':
      return client.generate.imageToVideo({
        ...(prompt ? { prompt } : {}),
        ...common,
        ...asset,
        ...(extras.lastFrame !== null ? { last_frame: extras.lastFrame } : {}),
      });
    case 'text-to-video':
      return client.generate.textToVideo({ prompt, ...common });
    case 'video-to-anime': {
      const strength = choices.model.supports.strength ? { strength: draft.strength / 100 } : {};
      return client.generate.videoToAnime({
        ...(prompt ? { prompt } : {}),
        ...common,
        ...asset,
        ...strength,
      });
    }
  }
}

/** Why a file that belongs to the order cannot be waited for; null where it can. */
function lackingUpload({ draft, control, extras }: Order, choices: Choices) {
  const wanted = [
    control,
    choices.extras.lastFrame && extras.lastFrame,
    choices.extras.reference && extras.reference,
  ];
  if (wanted.some((one) => one && one.upload.status === 'paused')) return 'create.submit.uploadPaused';
  const kind = sourceKindOf(draft.operation);
  if (!kind || draft[kind] || control?.upload.status === 'sending') return null;
  return kind === 'image' ? 'create.submit.needImage' : 'create.submit.needVideo';
}

/** What is still missing, in words, or null. */
function useMissing(order: Order): string | null {
  const { draft, choices } = order;
  const { t } = useTranslation();
  const available = useMe().data?.credits.available;
  if (!choices) return t('create.submit.needModel');
  const lacking = lackingUpload(order, choices);
  if (lacking !== null) return t(lacking);
  const needsPrompt = draft.operation !== 'video-to-anime' && choices.model.prompt.required;
  if (needsPrompt && !draft.prompt.trim()) return t('create.submit.needPrompt');
  if (choices.objection !== null) return choices.objection;
  if (choices.price !== null && available !== undefined && choices.price > available) {
    return t('create.submit.tooDear', { price: choices.price, available });
  }
  return null;
}

/** Sends the form: waits for what is being uploaded, asks for the video, and says which of the two it is doing. */
export function useGenerate(order: Order) {
  const client = useClient();
  const cache = useQueryClient();
  const missing = useMissing(order);
  const [doing, setDoing] = useState<Doing>('nothing');
  const [error, setError] = useState<unknown>(null);
  const [asked, setAsked] = useState(false);
  const busy = useRef(false);

  const generate = async () => {
    const { draft, choices, control, onAccepted } = order;
    setAsked(true);
    if (missing !== null || !choices || busy.current) return;
    busy.current = true;
    setError(null);
    try {
      if (control) setDoing('uploading');
      const source = control ? await control.settled() : null;
      // A failed upload has said so itself, beside the picture.
      if (control && !source) return;
      const extras = await settledExtras(choices, order.extras);
      if (!extras) return;
      setDoing('accepting');
      const accepted = await send(client, draft, choices, source, extras);
      for (const job of accepted.jobs) putJob(cache, job);
      void cache.invalidateQueries({ queryKey: keys.me });
      void cache.invalidateQueries({ queryKey: keys.jobLists });
      setAsked(false);
      onAccepted(accepted, source?.thumb ?? null);
    } catch (refusal) {
      setError(refusal);
    } finally {
      busy.current = false;
      setDoing('nothing');
    }
  };
  return { doing, error, generate, hint: asked ? missing : null };
}
