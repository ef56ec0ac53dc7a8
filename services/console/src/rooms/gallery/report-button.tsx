import { useState } from 'react';
import { Flag } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../shared/ui/button';
import { TextField } from '../../shared/ui/field';
import { Modal } from '../../shared/ui/modal';
import { Note } from '../../shared/ui/note';
import { panelStyles } from '../../shared/ui/panel';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { fieldError, useTask } from '../../shared/ui/use-task';

type Report = (reason: string) => Promise<void>;

/** Shows something to the operators, with a reason. */
export function ReportButton({ onReport }: { onReport: Report }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        icon={<Flag aria-hidden />}
        onClick={() => setOpen(true)}
        data-testid="report"
      >
        {t('gallery.report.action')}
      </Button>
      {open && <ReportDialog onReport={onReport} onClose={() => setOpen(false)} />}
    </>
  );
}

function ReportDialog({ onReport, onClose }: { onReport: Report; onClose: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const [sent, setSent] = useState(false);
  const task = useTask(async () => {
    await onReport(reason.trim());
    setSent(true);
  });
  return (
    <Modal title={t('gallery.report.title')} onClose={onClose} testId="report-dialog">
      {sent ? (
        <Note tone="good" testId="report-sent">
          {t('gallery.report.sent')}
        </Note>
      ) : (
        <TaskForm
          task={task}
          className={panelStyles.form}
          end={
            <div>
              <Submit
                variant="primary"
                task={task}
                incomplete={reason.trim().length < 3}
                data-testid="report-send"
              >
                {t('gallery.report.send')}
              </Submit>
            </div>
          }
        >
          <TextField
            label={t('gallery.report.reason')}
            value={reason}
            onChange={setReason}
            maxLength={500}
            error={fieldError(task.error, 'reason')}
            data-testid="report-reason"
          />
        </TaskForm>
      )}
    </Modal>
  );
}
