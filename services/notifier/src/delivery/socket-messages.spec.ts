import { socketMessageSchema } from '@shotloom/contracts';
import { JOB, jobProgress, jobState, USER } from '../../test/support/job-fixtures';
import {
  completeMessage,
  connectedMessage,
  errorMessage,
  progressMessage,
  statusMessage,
} from './socket-messages';

describe('socket messages', () => {
  it('all fit the contract', () => {
    const messages = [
      connectedMessage({ userId: USER }),
      connectedMessage({ userId: USER, jobId: JOB }),
      statusMessage(jobState(), 0),
      progressMessage(jobProgress(), 10),
      completeMessage(jobState({ status: 'completed' }), '/media/x'),
      errorMessage(jobState({ status: 'failed' })),
    ];
    for (const message of messages) expect(socketMessageSchema.parse(message)).toEqual(message);
  });

  it('gives progress exactly the fields of the older clients', () => {
    expect(progressMessage(jobProgress({ step: 'Rendering frame 1 of 2' }), 50)).toEqual({
      type: 'progress',
      job_id: JOB,
      step: 'Rendering frame 1 of 2',
      progress: 50,
      shot_id: null,
    });
  });

  it('says why a job ended', () => {
    const error = {
      code: 'content_rejected' as const,
      message: 'The prompt was refused.',
      retryable: false,
      chargeable: false,
      outcome: 'refused' as const,
    };
    const said = { type: 'error', job_id: JOB };
    expect(errorMessage(jobState({ status: 'failed', error }))).toEqual({
      ...said,
      error: 'The prompt was refused.',
    });
    const cancelled = errorMessage(jobState({ status: 'cancelled' }));
    expect(cancelled).toEqual({ ...said, error: 'The job was cancelled.' });
  });
});
