import { useId, type ReactNode } from 'react';
import styles from './slider.module.css';

export interface SliderProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
  /** The value in words, beside the label and for screen readers. */
  readonly valueText: string;
  /** Words under the two ends. */
  readonly ends?: readonly [ReactNode, ReactNode];
  readonly testId?: string;
}

/** A number by sliding. */
export function Slider({ label, min, max, step, value, onChange, valueText, ends, testId }: SliderProps) {
  const id = useId();
  const share = max > min ? (value - min) / (max - min) : 0;
  return (
    <div className={styles.slider}>
      <div className={styles.head}>
        <label htmlFor={id}>{label}</label>
        <output htmlFor={id}>{valueText}</output>
      </div>
      <input
        id={id}
        type="range"
        className={styles.range}
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={valueText}
        data-testid={testId}
        style={{ '--share': share }}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
      {ends && (
        <div className={styles.ends} aria-hidden>
          <span>{ends[0]}</span>
          <span>{ends[1]}</span>
        </div>
      )}
    </div>
  );
}
