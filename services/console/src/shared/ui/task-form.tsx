import type { FormEvent, ReactNode } from 'react';
import { Button, type ButtonProps } from './button';
import { Problem } from './problem';
import type { Task } from './use-task';

export interface TaskFormProps {
  /** What is done when it is sent. */
  readonly task: Task<[]>;
  readonly className?: string | undefined;
  readonly autoComplete?: 'off';
  readonly errorTestId?: string;
  /** Its fields. */
  readonly children: ReactNode;
  /** What stands below the fields and what went wrong: what was done, and the buttons. */
  readonly end: ReactNode;
}

/** A form that does one thing. The server judges the fields, so that the browser does not. */
export function TaskForm({ task, className, autoComplete, errorTestId, children, end }: TaskFormProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    task.run();
  };
  return (
    <form className={className} onSubmit={submit} noValidate autoComplete={autoComplete}>
      {children}
      {task.error !== null && (
        <Problem error={task.error} {...(errorTestId === undefined ? {} : { testId: errorTestId })} />
      )}
      {end}
    </form>
  );
}

export interface SubmitProps extends Omit<ButtonProps, 'type' | 'busy' | 'disabled'> {
  readonly task: Pick<Task<[]>, 'busy'>;
  /** Something that is needed is not there yet. */
  readonly incomplete?: boolean;
}

/** The button that sends a form; not twice. */
export function Submit({ task, incomplete = false, ...button }: SubmitProps) {
  return <Button type="submit" busy={task.busy} disabled={task.busy || incomplete} {...button} />;
}
