import { useTranslation } from 'react-i18next';
import type { ModerationItemResource } from '@shotloom/sdk';
import { formatAgo } from '../../shared/i18n/format';
import { Button, buttonClass } from '../../shared/ui/button';
import { Tag } from '../../shared/ui/panel';
import { DECISIONS, type Decision } from './decide-dialog';
import styles from './moderation-item.module.css';

interface ModerationItemProps {
  readonly item: ModerationItemResource;
  readonly onAsk: (decision: Decision) => void;
}

/** One video or comment, with all that is known for a judgement. The video plays here: nobody judges a title. */
export function ModerationItem({ item, onAsk }: ModerationItemProps) {
  const { t } = useTranslation();
  const { kind, page_url: page } = item;
  const name = item.text ?? t('gallery.untitled');
  return (
    <li className={styles.item} aria-label={name} data-testid="moderation-item" data-item={item.id}>
      {kind === 'entry' && (
        <div className={styles.screen}>
          {page === null ? (
            <p>{t('moderation.closed')}</p>
          ) : (
            <video
              src={`${page}/video`}
              poster={`${page}/poster`}
              controls
              playsInline
              preload="none"
              aria-label={name}
            />
          )}
        </div>
      )}
      <div className={styles.words}>
        <Head item={item} name={name} />
        {item.prompt !== null && (
          <p className={styles.prompt}>{t('moderation.prompt', { prompt: item.prompt })}</p>
        )}
        <Reports item={item} />
        <div className={styles.actions}>
          {DECISIONS.filter((decision) => isPossible(decision, item)).map((decision) => (
            <Button
              key={decision}
              size="sm"
              variant={decision === 'approve' ? 'primary' : decision === 'reject' ? 'quiet' : 'danger'}
              onClick={() => onAsk(decision)}
              aria-haspopup="dialog"
              data-testid={`decide-${decision}`}
            >
              {t(`moderation.action.${kind}.${decision}`)}
            </Button>
          ))}
          {page !== null && (
            <a className={buttonClass('ghost', 'sm')} href={page} target="_blank" rel="noreferrer">
              {t('gallery.page')}
            </a>
          )}
        </div>
      </div>
    </li>
  );
}

/** What would change nothing is not offered; for a comment, both ways out of sight are one. */
function isPossible(decision: Decision, { kind, status }: ModerationItemResource): boolean {
  if (decision === 'reject') return kind === 'entry' && status !== 'rejected';
  return decision === 'approve' || status !== 'removed';
}

function Head({ item, name }: { item: ModerationItemResource; name: string }) {
  const { t, i18n } = useTranslation();
  const tone = item.status === 'published' ? 'good' : item.status === 'pending' ? 'warn' : 'bad';
  return (
    <>
      <p className={item.kind === 'entry' ? styles.title : styles.comment}>{name}</p>
      <p className={styles.facts}>
        <Tag tone={tone}>{t(`moderation.status.${item.status}`)}</Tag>
        <span>{item.model}</span>
        <span>{formatAgo(item.created_at, i18n.language)}</span>
        <span>{t('moderation.by', { id: item.author_user_id })}</span>
      </p>
    </>
  );
}

function Reports({ item }: { item: ModerationItemResource }) {
  const { t } = useTranslation();
  if (item.open_reports === 0) return null;
  return (
    <div className={styles.reports}>
      <strong>{t('moderation.reports', { count: item.open_reports })}</strong>
      <ul>
        {item.reasons.map((reason, index) => (
          <li key={`${index} ${reason}`}>{reason}</li>
        ))}
      </ul>
    </div>
  );
}
