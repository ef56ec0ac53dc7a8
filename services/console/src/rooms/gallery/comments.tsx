import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { GalleryComment } from '@shotloom/sdk';
import { galleryKeys, patchEntry, useComments } from '../../shared/api/gallery';
import { useClient } from '../../shared/api/session';
import { formatAgo } from '../../shared/i18n/format';
import { Button } from '../../shared/ui/button';
import { TextField } from '../../shared/ui/field';
import { Confirm, Nothing, Row, Rows, RowsComing } from '../../shared/ui/panel';
import { Problem } from '../../shared/ui/problem';
import { Submit, TaskForm } from '../../shared/ui/task-form';
import { fieldError, useTask } from '../../shared/ui/use-task';
import { PersonName } from './person-name';
import { ReportButton } from './report-button';
import styles from './comments.module.css';

/** What people said about a video, newest first, and a line to say something. */
export function Comments({ entryId }: { entryId: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const pages = useComments(entryId);
  const comments = pages.data?.pages.flatMap((page) => page.data);
  const changed = async ({ status }: GalleryComment, by: 1 | -1) => {
    if (status === 'published') {
      patchEntry(cache, entryId, (entry) => ({ comments: Math.max(0, entry.comments + by) }));
    }
    await cache.invalidateQueries({ queryKey: galleryKeys.comments(entryId) });
  };
  return (
    <section className={styles.comments} aria-label={t('gallery.comment.title')}>
      <h3>{t('gallery.comment.title')}</h3>
      <NewComment entryId={entryId} onMade={(made) => changed(made, 1)} />
      {pages.isPending && <RowsComing count={2} />}
      {pages.isError && <Problem error={pages.error} onRetry={() => void pages.refetch()} />}
      {comments?.length === 0 && <Nothing>{t('gallery.comment.none')}</Nothing>}
      <Rows testId="comments">
        {comments?.map((comment) => (
          <Comment key={comment.id} comment={comment} onDeleted={() => changed(comment, -1)} />
        ))}
      </Rows>
      {pages.hasNextPage && (
        <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </section>
  );
}

interface NewCommentProps {
  readonly entryId: string;
  readonly onMade: (comment: GalleryComment) => Promise<void>;
}

function NewComment({ entryId, onMade }: NewCommentProps) {
  const { t } = useTranslation();
  const client = useClient();
  const [text, setText] = useState('');
  const task = useTask(async () => {
    const made = await client.gallery.comment(entryId, text.trim());
    setText('');
    await onMade(made);
  });
  return (
    <TaskForm
      task={task}
      className={styles.form}
      errorTestId="comment-error"
      end={
        <Submit size="sm" task={task} incomplete={text.trim() === ''} data-testid="comment-send">
          {t('gallery.comment.send')}
        </Submit>
      }
    >
      <TextField
        label={t('gallery.comment.label')}
        value={text}
        onChange={setText}
        maxLength={1_000}
        autoComplete="off"
        error={fieldError(task.error, 'text')}
        data-testid="comment-text"
      />
    </TaskForm>
  );
}

interface CommentProps {
  readonly comment: GalleryComment;
  readonly onDeleted: () => Promise<void>;
}

function Comment({ comment, onDeleted }: CommentProps) {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const [asking, setAsking] = useState(false);
  const remove = async () => {
    await client.gallery.deleteComment(comment.id);
    await onDeleted();
  };
  return (
    <>
      <Row
        testId="comment"
        title={<PersonName person={comment.author} />}
        facts={[
          formatAgo(comment.created_at, i18n.language),
          comment.status === 'pending' && t('gallery.comment.pending'),
        ]}
        actions={
          <>
            {comment.can_delete && (
              <Button size="sm" variant="ghost" onClick={() => setAsking(true)} data-testid="comment-delete">
                {t('gallery.comment.delete')}
              </Button>
            )}
            {!comment.author.is_me && (
              <ReportButton onReport={(reason) => client.gallery.reportComment(comment.id, reason)} />
            )}
          </>
        }
        text={comment.text}
      />
      {asking && (
        <Confirm
          title={t('gallery.comment.deleteTitle')}
          hint={t('gallery.comment.deleteHint')}
          action={t('gallery.comment.delete')}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
