import { useId } from 'react';
import { Dices, Lock, LockOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../shared/ui/button';
import styles from './seed-field.module.css';

const LARGEST = 4_294_967_295;
const randomSeed = () => Math.floor(Math.random() * 1_000_000);

/** A locked seed gives the same video again; without one each is different. */
export function SeedField({
  value,
  onChange,
}: {
  value: number | null;
  onChange: (value: number | null) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const locked = value !== null;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{t('create.seed.label')}</label>
      <div className={styles.row}>
        <input
          id={id}
          className={styles.input}
          inputMode="numeric"
          value={value ?? ''}
          placeholder={t('create.seed.random')}
          data-testid="seed"
          onChange={(event) => {
            const digits = event.target.value.replace(/\D/g, '');
            onChange(digits === '' ? null : Math.min(LARGEST, Number(digits)));
          }}
        />
        {locked && (
          <IconButton label={t('create.seed.reroll')} onClick={() => onChange(randomSeed())}>
            <Dices aria-hidden />
          </IconButton>
        )}
        <IconButton
          label={t(locked ? 'create.seed.unlock' : 'create.seed.lock')}
          aria-pressed={locked}
          onClick={() => onChange(locked ? null : randomSeed())}
          data-testid="seed-lock"
        >
          {locked ? <Lock aria-hidden /> : <LockOpen aria-hidden />}
        </IconButton>
      </div>
    </div>
  );
}
