import { useTranslation } from 'react-i18next';
import { useStylePresets } from '../../shared/api/queries';
import { Choice } from '../../shared/ui/choice';
import { Skeleton } from '../../shared/ui/skeleton';
import styles from './style-field.module.css';

const NONE = 'none';

/** A named look on top of the prompt. */
export function StyleField({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  const { t, i18n } = useTranslation();
  const presets = useStylePresets();
  if (presets.isPending) return <Skeleton className={styles.skeleton} />;
  if (!presets.data || presets.data.length === 0) return null;
  const none = { value: NONE, label: t('create.style.none') };
  const options = presets.data.map((preset) => ({
    value: preset.id,
    title: preset.positive,
    label: (
      <>
        <span className={styles.swatch} data-style={preset.id} aria-hidden />
        {i18n.language === 'zh-CN' ? preset.title.zh : preset.title.en}
      </>
    ),
  }));
  return (
    <Choice
      label={t('create.style.label')}
      look="chips"
      options={[none, ...options]}
      value={value ?? NONE}
      onChange={(next) => onChange(next === NONE ? null : next)}
      testId="style"
    />
  );
}
