import { useTranslation } from 'react-i18next';
import { lengthsOf } from '@shotloom/sdk';
import { Choice } from '../../shared/ui/choice';
import { Slider } from '../../shared/ui/slider';
import type { Draft } from '../../shared/jobs/draft';
import type { Choices } from './choices';
import styles from './shape-fields.module.css';

interface ShapeFieldsProps {
  readonly choices: Choices;
  readonly update: (change: Partial<Draft>) => void;
}

/** How long, which shape, how large: only what the model can do. */
export function ShapeFields({ choices, update }: ShapeFieldsProps) {
  const { t } = useTranslation();
  const { model, duration, aspectRatios, aspectRatio, size } = choices;
  const { min, max, step, values } = model.duration;
  return (
    <>
      {values !== undefined && (
        <Choice
          label={t('create.duration')}
          options={lengthsOf(model).map((seconds) => ({
            value: String(seconds),
            label: t('common.seconds', { count: seconds }),
          }))}
          value={String(duration)}
          onChange={(seconds) => update({ duration: Number(seconds) })}
          testId="duration"
        />
      )}
      {values === undefined && (
        <Slider
          label={t('create.duration')}
          min={min}
          max={max}
          step={step}
          value={duration}
          valueText={t('common.seconds', { count: duration })}
          ends={[t('common.seconds', { count: min }), t('common.seconds', { count: max })]}
          onChange={(value) => update({ duration: value })}
          testId="duration"
        />
      )}
      <div className={styles.pair}>
        <Choice
          label={t('create.ratio')}
          options={aspectRatios.map((ratio) => ({ value: ratio, label: <Shape ratio={ratio} /> }))}
          value={aspectRatio}
          onChange={(ratio) => update({ aspectRatio: ratio })}
          testId="ratio"
        />
        <Choice
          label={t('create.size')}
          options={Object.keys(model.sizes).map((name) => ({ value: name, label: name }))}
          value={size}
          onChange={(name) => update({ size: name })}
          testId="size"
        />
      </div>
    </>
  );
}

/** A little frame of that ratio beside its name. */
function Shape({ ratio }: { ratio: string }) {
  const { t } = useTranslation();
  if (ratio === 'adaptive') return t('create.adaptive');
  const [width = 1, height = 1] = ratio.split(':').map(Number);
  const scale = 14 / Math.max(width, height);
  return (
    <>
      <svg className={styles.shape} viewBox="0 0 16 16" aria-hidden>
        <rect
          x={8 - (width * scale) / 2}
          y={8 - (height * scale) / 2}
          width={width * scale}
          height={height * scale}
          rx="2"
        />
      </svg>
      {ratio}
    </>
  );
}
