import { useState, type ReactNode } from 'react';
import { Check, Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from './button';
import { cx } from './cx';
import { Modal } from './modal';
import styles from './panel.module.css';
import { Problem } from './problem';
import { Skeleton } from './skeleton';
import { useTask } from './use-task';

export interface PanelProps {
  readonly title: string;
  readonly hint?: ReactNode;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
  readonly testId?: string;
}

/** One matter of a page: a title, what it is, and what can be done. */
export function Panel({ title, hint, action, children, testId }: PanelProps) {
  return (
    <section className={styles.panel} aria-label={title} data-testid={testId}>
      <header className={styles.head}>
        <div>
          <h2>{title}</h2>
          {hint !== undefined && <p>{hint}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}

/** Things of one kind beneath each other. */
export function Rows({ children, testId }: { children: ReactNode; testId?: string }) {
  return (
    <ul className={styles.rows} data-testid={testId}>
      {children}
    </ul>
  );
}

export interface RowProps {
  readonly title: ReactNode;
  /** Facts, with dots between them; what is missing is left out. */
  readonly facts?: readonly (string | null | undefined | false)[];
  /** What somebody wrote, with its line breaks. */
  readonly text?: string;
  readonly actions?: ReactNode;
  readonly testId?: string;
}

export function Row({ title, facts = [], text, actions, testId }: RowProps) {
  const words = facts.filter(Boolean).join(' · ');
  return (
    <li data-testid={testId}>
      <div className={styles.main}>
        <strong>{title}</strong>
        {words !== '' && <small>{words}</small>}
        {text !== undefined && <p className={styles.text}>{text}</p>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </li>
  );
}

/** A short word about the state of a thing. */
export function Tag({ tone, children }: { tone?: 'good' | 'warn' | 'bad'; children: ReactNode }) {
  return <span className={cx(styles.tag, tone && styles[tone])}>{children}</span>;
}

export function Nothing({ children }: { children: ReactNode }) {
  return <p className={styles.nothing}>{children}</p>;
}

/** The shape of rows that are coming. */
export function RowsComing({ count = 3 }: { count?: number }) {
  return (
    <div className={styles.skeletons}>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} className={styles.skeleton} />
      ))}
    </div>
  );
}

/** Something that opens a door for whoever has it, with a button that copies it. */
export function Secret({ value }: { value: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    // Where the page may not use the clipboard, the text can still be marked.
    void navigator.clipboard?.writeText(value).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <div className={styles.secret}>
      <code data-testid="secret">{value}</code>
      <Button
        size="sm"
        icon={copied ? <Check aria-hidden /> : <Copy aria-hidden />}
        onClick={copy}
        data-testid="copy"
      >
        {t(copied ? 'common.copied' : 'common.copy')}
      </Button>
    </div>
  );
}

export interface ConfirmProps {
  readonly title: string;
  readonly hint: string;
  readonly action: string;
  /** What it gives is done once the dialog has closed and given the focus back: the place to move the focus on. */
  readonly onConfirm: () => Promise<void> | Promise<() => void>;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** Asks before something that cannot be undone. It closes when it is done. */
export function Confirm({ title, hint, action, onConfirm, onClose, children }: ConfirmProps) {
  const { t } = useTranslation();
  const task = useTask(async () => {
    const after = await onConfirm();
    onClose();
    if (typeof after === 'function') after();
  });
  return (
    <Modal title={title} onClose={onClose} testId="confirm">
      <div className={styles.form}>
        <p>{hint}</p>
        {children}
        {task.error !== null && <Problem error={task.error} />}
        <div className={styles.actions}>
          <Button
            variant="danger"
            busy={task.busy}
            disabled={task.busy}
            onClick={() => task.run()}
            data-testid="confirm-yes"
          >
            {action}
          </Button>
          <Button variant="ghost" onClick={onClose}>
            {t('common.cancel')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

export { styles as panelStyles };
