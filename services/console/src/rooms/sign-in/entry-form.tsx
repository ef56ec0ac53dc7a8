import type { ReactNode } from 'react';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import type { Task } from '../../shared/ui/use-task';
import styles from './sign-in.module.css';

interface EntryFormProps {
  readonly task: Task<[]>;
  /** Its button's words; also its test id, from which that of its error comes. */
  readonly label: string;
  readonly testId: string;
  readonly icon: ReactNode;
  readonly children: ReactNode;
}

/** A form on the way in: its fields, and one large button. */
export function EntryForm({ task, label, testId, icon, children }: EntryFormProps) {
  return (
    <TaskForm
      task={task}
      className={styles.form}
      errorTestId={`${testId}-error`}
      end={
        <Submit task={task} variant="primary" size="lg" icon={icon} data-testid={testId}>
          {label}
        </Submit>
      }
    >
      {children}
    </TaskForm>
  );
}
