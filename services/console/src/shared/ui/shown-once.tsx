import { useEffect, useRef } from 'react';
import { Button } from './button';
import { Note } from './note';
import { Panel, Secret } from './panel';
import styles from './shown-once.module.css';

export interface ShownOnceProps {
  readonly title: string;
  /** What the secret is of. */
  readonly of: string;
  /** Undefined where the answer had none. */
  readonly secret: string | undefined;
  /** What to do with it, or how to get another. */
  readonly hint: string;
  readonly done: string;
  readonly onDone: () => void;
  readonly testId: string;
}

/** A secret that cannot be had again, until somebody says that they have it. The focus goes there, so that it is read out and in sight. */
export function ShownOnce({ title, of, secret, hint, done, onDone, testId }: ShownOnceProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <div ref={place} tabIndex={-1} className={styles.place}>
      <Panel title={title} hint={of} testId={testId}>
        <Note tone="warn">{hint}</Note>
        {secret !== undefined && <Secret value={secret} />}
        <div>
          <Button onClick={onDone} data-testid={`${testId}-copied`}>
            {done}
          </Button>
        </div>
      </Panel>
    </div>
  );
}
