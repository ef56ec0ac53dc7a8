import { useId, useRef } from 'react';
import { Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Operation } from '@shotloom/sdk';
import { cx } from '../../shared/ui/cx';
import styles from './prompt-field.module.css';

const IDEAS = ['zoomIn', 'zoomOut', 'panRight', 'panLeft', 'tiltUp', 'dolly', 'orbit', 'hold'] as const;
/** From this share of the limit on, the count stands out. */
const NEARLY_FULL = 0.9;

interface PromptFieldProps {
  readonly operation: Operation;
  readonly value: string;
  readonly limit: number;
  readonly required: boolean;
  readonly onChange: (value: string) => void;
  readonly onSubmit: () => void;
}

/** What should happen, in words, with camera moves to click together. */
export function PromptField({ operation, value, limit, required, onChange, onSubmit }: PromptFieldProps) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const separator = i18n.language === 'zh-CN' ? '，' : ', ';
  const addIdea = (idea: string) => {
    const text = value.trim();
    if (!text.includes(idea)) onChange((text ? `${text}${separator}${idea}` : idea).slice(0, limit));
    area.current?.focus();
  };
  return (
    <div className={styles.field}>
      <div className={styles.head}>
        <label htmlFor={id}>
          {t('create.prompt.label')}
          {!required && <small> · {t('create.prompt.optional')}</small>}
        </label>
        <span
          className={cx(styles.count, value.length > limit * NEARLY_FULL && styles.nearlyFull)}
          aria-label={t('create.prompt.count', { used: value.length, limit })}
          data-testid="prompt-count"
        >
          {value.length}/{limit}
        </span>
      </div>
      <textarea
        ref={area}
        id={id}
        className={styles.area}
        value={value}
        maxLength={limit}
        rows={4}
        placeholder={t(`create.prompt.placeholder.${operation}`)}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) onSubmit();
        }}
        data-testid="prompt"
      />
      <ul className={styles.ideas} aria-label={t('create.prompt.ideas')}>
        {IDEAS.map((idea) => (
          <li key={idea}>
            <button type="button" className={styles.idea} onClick={() => addIdea(t(`create.ideas.${idea}`))}>
              <Plus aria-hidden />
              {t(`create.ideas.${idea}`)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
