import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { Check, ChevronDown } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { priceRange, type ModelResource } from '@shotloom/sdk';
import { cx } from '../../shared/ui/cx';
import styles from './model-field.module.css';

interface ModelFieldProps {
  readonly models: readonly ModelResource[];
  readonly value: ModelResource;
  readonly onChange: (id: string) => void;
}

/** The models as a list that opens: what each can do, what it costs, and why one cannot be chosen. */
export function ModelField({ models, value, onChange }: ModelFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  useCloseOutside(box, open, () => setOpen(false));
  const choose = (model: ModelResource) => {
    onChange(model.id);
    setOpen(false);
    box.current?.querySelector('button')?.focus();
  };
  return (
    <div className={styles.field} ref={box}>
      <span className={styles.label} id={`${id}-label`}>
        {t('create.model.label')}
      </span>
      <button
        type="button"
        className={styles.chosen}
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-labelledby={`${id}-label ${id}-value`}
        onClick={() => setOpen(!open)}
        data-testid="model"
      >
        <span id={`${id}-value`} className={styles.words}>
          <strong>{value.title}</strong>
          <ModelTerms model={value} />
        </span>
        <ChevronDown aria-hidden className={cx(styles.arrow, open && styles.turned)} />
      </button>
      {open && (
        <ModelList
          models={models}
          value={value}
          labelledBy={`${id}-label`}
          onChoose={choose}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}

interface ModelListProps {
  readonly models: readonly ModelResource[];
  readonly value: ModelResource;
  readonly labelledBy: string;
  readonly onChoose: (model: ModelResource) => void;
  readonly onClose: () => void;
}

function ModelList({ models, value, labelledBy, onChoose, onClose }: ModelListProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Tab') return onClose();
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const options = [...(list.current?.querySelectorAll<HTMLElement>('[role="option"]') ?? [])];
    const at = options.findIndex((option) => option === document.activeElement);
    options[Math.min(options.length - 1, Math.max(0, at + step))]?.focus();
  };
  return (
    <ul ref={list} role="listbox" aria-labelledby={labelledBy} className={styles.list} onKeyDown={onKeyDown}>
      {models.map((model) => (
        <li
          key={model.id}
          role="option"
          tabIndex={-1}
          aria-selected={model.id === value.id}
          aria-disabled={!model.enabled}
          className={styles.option}
          onClick={() => model.enabled && onChoose(model)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== ' ') return;
            event.preventDefault();
            if (model.enabled) onChoose(model);
          }}
        >
          <span className={styles.words}>
            <strong>{model.title}</strong>
            <small>{model.enabled ? model.description : (model.reason ?? model.description)}</small>
            {model.enabled && <ModelTerms model={model} />}
          </span>
          {model.id === value.id && <Check aria-hidden className={styles.tick} />}
        </li>
      ))}
    </ul>
  );
}

/** Price and limits in one line. */
function ModelTerms({ model }: { model: ModelResource }) {
  const { t } = useTranslation();
  const { min, max } = model.duration;
  const terms = [
    priceWords(),
    min === max ? t('create.model.fixed', { min }) : t('create.model.range', { min, max }),
    Object.keys(model.sizes).join(' / '),
  ];
  function priceWords(): string | null {
    const price = priceRange(model);
    if (!price) return null;
    const words = [amountWords('perVideo', price.base), amountWords('perSecond', price.perSecond)];
    return words.filter(Boolean).join(' + ') || t('create.model.free');
  }
  function amountWords(
    kind: 'perVideo' | 'perSecond',
    [least, most]: readonly [number, number],
  ): string | null {
    if (most === 0) return null;
    const amount = least === most ? `${most}` : `${least}–${most}`;
    return t(`create.model.${kind}`, { count: most, amount });
  }
  return <small className={styles.terms}>{terms.filter(Boolean).join(' · ')}</small>;
}

function useCloseOutside(
  box: { readonly current: HTMLElement | null },
  open: boolean,
  close: () => void,
): void {
  useEffect(() => {
    if (!open) return;
    const onPointer = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) close();
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  });
}
