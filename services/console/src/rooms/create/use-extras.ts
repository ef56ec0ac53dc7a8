import { useCallback, useMemo } from 'react';
import type { Draft, Source } from '../../shared/jobs/draft';
import type { Choices } from './choices';
import { pictureLimits } from './source-limits';
import { useSource, type SourceControl } from './use-source';

export interface ExtraControls {
  readonly lastFrame: SourceControl;
  /** Adds one at a time. */
  readonly reference: SourceControl;
}

/** Sends the pictures beside the first. */
export function useExtras(
  draft: Draft,
  update: (change: Partial<Draft>) => void,
  choices: Choices | null,
): ExtraControls {
  const lastSpec = choices?.extras.lastFrame;
  const referenceSpec = choices?.extras.reference;
  const lastLimits = useMemo(() => pictureLimits(lastSpec), [lastSpec]);
  const referenceLimits = useMemo(() => pictureLimits(referenceSpec), [referenceSpec]);
  const { references } = draft;
  const keepLast = useCallback((lastFrame: Source | null) => update({ lastFrame }), [update]);
  const addReference = useCallback(
    (added: Source | null) => {
      if (!added || references.some(({ assetId }) => assetId === added.assetId)) return;
      update({ references: [...references, added] });
    },
    [references, update],
  );
  const lastFrame = useSource(lastLimits, draft.lastFrame, keepLast);
  const reference = useSource(referenceLimits, null, addReference);
  return { lastFrame, reference };
}

/** The pictures beside the first, after what is being sent has arrived; null where sending one failed, which it has said itself. */
export async function settledExtras(
  choices: Choices,
  { lastFrame, reference }: ExtraControls,
): Promise<{ readonly lastFrame: string | null; readonly references: readonly string[] } | null> {
  const last = choices.extras.lastFrame ? await lastFrame.settled() : null;
  if (choices.extras.lastFrame && lastFrame.upload.status === 'sending' && !last) return null;
  const added = choices.extras.reference ? await reference.settled() : null;
  if (choices.extras.reference && reference.upload.status === 'sending' && !added) return null;
  const references = [...choices.references, ...(added ? [added] : [])].map(({ assetId }) => assetId);
  return { lastFrame: last?.assetId ?? null, references: [...new Set(references)] };
}
