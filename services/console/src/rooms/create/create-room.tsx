import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Accepted } from '@shotloom/sdk';
import { useModels } from '../../shared/api/queries';
import { reuseJob, sourceKindOf, useDraft, type Source } from '../../shared/jobs/draft';
import { choicesFor } from './choices';
import { CreateForm } from './create-form';
import { useSessionJobs } from '../../shared/jobs/session-jobs';
import { limitsOf } from './source-limits';
import { Stage } from './stage';
import { useGenerate } from './use-generate';
import { useExtras } from './use-extras';
import { useSource } from './use-source';
import styles from './create-room.module.css';

/** The two kinds of input, each kept while the other is shown. */
function useSources(draft: ReturnType<typeof useDraft>[0], update: ReturnType<typeof useDraft>[1]) {
  const models = useModels().data;
  const model = useMemo(() => (models ? choicesFor(draft, models)?.model : undefined), [draft, models]);
  const imageLimits = useMemo(() => limitsOf('image', model), [model]);
  const videoLimits = useMemo(() => limitsOf('video', model), [model]);
  const keepImage = useCallback((image: Source | null) => update({ image }), [update]);
  const keepVideo = useCallback((video: Source | null) => update({ video }), [update]);
  const image = useSource(imageLimits, draft.image, keepImage);
  const video = useSource(videoLimits, draft.video, keepVideo);
  return { image: { limits: imageLimits, control: image }, video: { limits: videoLimits, control: video } };
}

/** Create: the form on the left, what becomes of it on the right. */
export function CreateRoom() {
  // Reusing a job fills the stored draft; a new key makes the form read it again.
  const [generation, setGeneration] = useState(0);
  const session = useSessionJobs();
  const [shown, setShown] = useState<string | null>(null);
  return (
    <Workbench
      key={generation}
      session={session}
      shown={shown ?? session.jobs[0]?.id ?? null}
      onShow={setShown}
      onReused={() => setGeneration((count) => count + 1)}
    />
  );
}

interface WorkbenchProps {
  readonly session: ReturnType<typeof useSessionJobs>;
  readonly shown: string | null;
  readonly onShow: (id: string | null) => void;
  readonly onReused: () => void;
}

function Workbench({ session, shown, onShow, onReused }: WorkbenchProps) {
  const { t } = useTranslation();
  const models = useModels().data;
  const [draft, update] = useDraft();
  const choices = useMemo(() => (models ? choicesFor(draft, models) : null), [draft, models]);
  const sources = useSources(draft, update);
  const kind = sourceKindOf(draft.operation);
  const source = kind ? sources[kind] : null;
  const stage = useRef<HTMLElement>(null);
  const onAccepted = ({ jobs, job }: Accepted, thumb: string | null) => {
    for (const one of [...jobs].reverse()) session.add({ id: one.id, thumb });
    onShow(job.id);
    // On a phone the result is below the form.
    if (window.matchMedia('(max-width: 900px)').matches)
      stage.current?.scrollIntoView({ behavior: 'smooth' });
  };
  const control = source?.control ?? null;
  const extras = useExtras(draft, update, choices);
  const generation = useGenerate({ draft, choices, control, extras, onAccepted });
  return (
    <div className={styles.room}>
      <h1 className="visually-hidden">{t('create.title')}</h1>
      <section className={styles.panel} aria-label={t('create.title')}>
        <CreateForm
          draft={draft}
          update={update}
          choices={choices}
          limits={source?.limits ?? null}
          control={control}
          extras={extras}
          generation={generation}
        />
      </section>
      <section ref={stage} className={styles.stage} aria-label={t('create.stage.title')}>
        <Stage
          draft={draft}
          choices={choices}
          jobs={session.jobs}
          shown={shown}
          onShow={onShow}
          onForget={(id) => {
            session.forget(id);
            onShow(null);
          }}
          onRetried={(job, thumb) => onAccepted({ job, jobs: [job] }, thumb)}
          onReuse={(job) => {
            reuseJob(job);
            onReused();
          }}
        />
      </section>
    </div>
  );
}
