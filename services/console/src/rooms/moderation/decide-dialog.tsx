import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModerationItemResource } from '@shotloom/sdk';
import { useClient } from '../../shared/api/session';
import { Button } from '../../shared/ui/button';
import { TextField } from '../../shared/ui/field';
import { Modal } from '../../shared/ui/modal';
import { panelStyles } from '../../shared/ui/panel';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { fieldError, useTask } from '../../shared/ui/use-task';

export const DECISIONS = ['approve', 'reject', 'take_down'] as const;
export type Decision = (typeof DECISIONS)[number];
/** As the API wants it. Characters. */
const SHORTEST_REASON = 3;

interface DecideDialogProps {
  readonly item: ModerationItemResource;
  readonly decision: Decision;
  readonly onDecided: () => Promise<void>;
  readonly onClose: () => void;
}

/** Says what a decision does and asks why: the answer is kept in the audit log. */
export function DecideDialog({ item, decision, onDecided, onClose }: DecideDialogProps) {
  const { t } = useTranslation();
  const client = useClient();
  const [reason, setReason] = useState(() => (decision === 'approve' ? t('moderation.usualReason') : ''));
  const task = useTask(async () => {
    await client.moderation.decide(item, { decision, reason: reason.trim() });
    await onDecided();
  });
  const action = t(`moderation.action.${item.kind}.${decision}`);
  return (
    <Modal title={action} onClose={onClose} testId="decide-dialog">
      <TaskForm
        task={task}
        className={panelStyles.form}
        errorTestId="decide-error"
        end={
          <div className={panelStyles.actions}>
            <Submit
              variant={decision === 'approve' ? 'primary' : 'danger'}
              task={task}
              incomplete={reason.trim().length < SHORTEST_REASON}
              data-testid="decide-yes"
            >
              {action}
            </Submit>
            <Button variant="ghost" onClick={onClose}>
              {t('common.cancel')}
            </Button>
          </div>
        }
      >
        <p>{t(`moderation.effect.${item.kind}.${decision}`)}</p>
        <TextField
          label={t('moderation.reason')}
          hint={t('moderation.reasonHint')}
          value={reason}
          onChange={setReason}
          maxLength={500}
          data-autofocus
          error={fieldError(task.error, 'reason')}
          data-testid="decide-reason"
        />
      </TaskForm>
    </Modal>
  );
}
