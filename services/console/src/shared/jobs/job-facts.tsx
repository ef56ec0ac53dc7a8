import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveJob } from '@shotloom/sdk';
import { useModels, useStylePresets } from '../api/queries';
import { formatBytes, formatMoment, formatSeconds } from '../i18n/format';
import styles from './job-facts.module.css';

/** The title of a model as people know it; its id where the catalogue does not have it any more. */
export function useModelTitle(id: string): string {
  return useModels().data?.find((model) => model.id === id)?.title ?? id;
}

/** What was asked for and what came of it, as pairs of words. Sizes and lengths are the probed ones once there are some. */
function useFacts(job: LiveJob): readonly (readonly [string, string])[] {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const model = useModelTitle(job.model);
  const style = useStylePresets().data?.find((preset) => preset.id === job.style_preset)?.title;
  const { output } = job;
  const facts: (readonly [string, string | null | undefined])[] = [
    [t('job.fields.operation'), t(`job.operation.${job.operation}`)],
    [t('job.fields.model'), model],
    [t('job.fields.label'), output?.label],
    [t('job.fields.size'), `${output?.width ?? job.width} × ${output?.height ?? job.height}`],
    [t('job.fields.length'), formatSeconds(output?.duration_seconds ?? job.duration, language)],
    [t('job.fields.style'), style && (language === 'zh-CN' ? style.zh : style.en)],
    [t('job.fields.strength'), job.strength === null ? null : `${Math.round(job.strength * 100)}%`],
    [t('job.fields.seed'), String(job.seed)],
    [t('job.fields.price'), t('common.credits', { count: job.price.credits })],
    [
      t('job.fields.file'),
      output &&
        `${output.video_codec.toUpperCase()} · ${output.fps} fps · ${formatBytes(output.size_bytes, language)}`,
    ],
    [t('job.fields.created'), formatMoment(job.created_at, language)],
  ];
  return facts.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

export function JobFacts({ job }: { job: LiveJob }) {
  const facts = useFacts(job);
  return (
    <dl className={styles.facts} data-testid="job-facts">
      {facts.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
