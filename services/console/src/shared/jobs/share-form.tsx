import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ShareJob, ShareResource } from '@shotloom/sdk';
import { galleryKeys } from '../api/gallery';
import { useClient } from '../api/session';
import { formatDate } from '../i18n/format';
import { buttonClass } from '../ui/button';
import { SelectField, TextField } from '../ui/field';
import { Note } from '../ui/note';
import { panelStyles, Secret } from '../ui/panel';
import { Submit, TaskForm } from '../ui/task-form';
import { fieldError, useTask } from '../ui/use-task';
import { RevokeButton } from './revoke-share';

const DAY = 86_400;
/** Seconds; null: until it is closed. */
const EXPIRIES = { never: null, d1: DAY, d7: 7 * DAY, d30: 30 * DAY } as const;
type Expiry = keyof typeof EXPIRIES;
const CHECKS = ['show_prompt', 'allow_download', 'in_gallery'] as const;
type Check = (typeof CHECKS)[number];
const WORDS = { show_prompt: 'prompt', allow_download: 'download', in_gallery: 'gallery' } as const;

interface ShareFormProps {
  readonly jobId: string;
  /** The link there is; null where there is none. */
  readonly share: ShareResource | null;
}

/** What the form holds; `keep`: as long as it works by now. */
interface Draft {
  readonly title: string;
  readonly expiry: Expiry | 'keep';
  readonly checks: Readonly<Record<Check, boolean>>;
}

const EMPTY: Draft = {
  title: '',
  expiry: 'never',
  checks: { show_prompt: false, allow_download: false, in_gallery: false },
};

const draftOf = (share: ShareResource): Draft => ({
  title: share.title ?? '',
  expiry: share.expires_at === null ? 'never' : 'keep',
  checks: {
    show_prompt: share.show_prompt,
    allow_download: share.allow_download,
    in_gallery: share.gallery !== null,
  },
});

/** An entry that was declined is not put in again by saving something else. */
function wantedOf({ title, expiry, checks }: Draft, live: ShareResource | null): ShareJob {
  const { in_gallery, ...rest } = checks;
  const isIn = live !== null && live.gallery !== null;
  return {
    ...rest,
    title: title.trim() === '' ? null : title,
    ...(in_gallery === isIn ? {} : { in_gallery }),
    ...(expiry === 'keep' ? {} : { expires_in: EXPIRIES[expiry] }),
  };
}

/** A link, how long it works and what it shows. Where the link lives, what is not touched stays as it is. */
export function ShareForm({ jobId, share }: ShareFormProps) {
  const { t } = useTranslation();
  const client = useClient();
  const cache = useQueryClient();
  const live = share?.state === 'live' ? share : null;
  const [draft, setDraft] = useState(live ? draftOf(live) : EMPTY);
  const [saved, setSaved] = useState(false);
  const task = useTask(async () => {
    setSaved(false);
    const made = await client.shares.share(jobId, wantedOf(draft, live));
    cache.setQueryData(galleryKeys.share(jobId), made);
    await cache.invalidateQueries({ queryKey: galleryKeys.lists });
    setSaved(true);
  });
  if (share?.state === 'blocked') return <Note tone="warn">{t('gallery.share.blocked')}</Note>;
  return (
    <TaskForm
      task={task}
      className={panelStyles.form}
      errorTestId="share-error"
      end={
        <div className={panelStyles.actions}>
          <Submit variant="primary" task={task} data-testid="share-save">
            {t(live ? 'gallery.share.save' : 'gallery.share.make')}
          </Submit>
          {live && <RevokeButton jobId={jobId} />}
        </div>
      }
    >
      {share?.state === 'expired' && <Note>{t('gallery.share.expired')}</Note>}
      {live && <LiveLink share={live} saved={saved} />}
      <TextField
        label={t('gallery.share.name')}
        value={draft.title}
        onChange={(title) => setDraft({ ...draft, title })}
        maxLength={120}
        placeholder={t('gallery.share.namePlaceholder')}
        error={fieldError(task.error, 'title')}
        data-testid="share-title"
      />
      <ExpiryField
        value={draft.expiry}
        onChange={(expiry) => setDraft({ ...draft, expiry })}
        until={live?.expires_at ?? null}
      />
      <Checks value={draft.checks} onChange={(checks) => setDraft({ ...draft, checks })} />
    </TaskForm>
  );
}

function LiveLink({ share, saved }: { share: ShareResource; saved: boolean }) {
  const { t } = useTranslation();
  const place = share.gallery && t(`gallery.share.state.${share.gallery.status}`);
  return (
    <>
      <Secret value={share.url} />
      <div className={panelStyles.actions}>
        <a
          className={buttonClass('quiet', 'sm')}
          href={share.url}
          target="_blank"
          rel="noreferrer"
          data-testid="share-open"
        >
          {t('gallery.share.open')}
        </a>
        {place && <small data-testid="share-place">{place}</small>}
      </div>
      {saved && (
        <Note tone="good" testId="share-saved">
          {t('gallery.share.saved')}
        </Note>
      )}
    </>
  );
}

interface ExpiryFieldProps {
  readonly value: Expiry | 'keep';
  readonly onChange: (value: Expiry | 'keep') => void;
  /** When the link ends by now; null: it does not. */
  readonly until: string | null;
}

function ExpiryField({ value, onChange, until }: ExpiryFieldProps) {
  const { t, i18n } = useTranslation();
  return (
    <SelectField
      label={t('gallery.share.expiry')}
      value={value}
      onChange={(chosen) => onChange(chosen as Expiry | 'keep')}
      data-testid="share-expiry"
    >
      {until !== null && (
        <option value="keep">{t('gallery.share.keep', { date: formatDate(until, i18n.language) })}</option>
      )}
      {Object.keys(EXPIRIES).map((one) => (
        <option key={one} value={one}>
          {t(`gallery.share.expiries.${one as Expiry}`)}
        </option>
      ))}
    </SelectField>
  );
}

interface ChecksProps {
  readonly value: Readonly<Record<Check, boolean>>;
  readonly onChange: (value: Readonly<Record<Check, boolean>>) => void;
}

function Checks({ value, onChange }: ChecksProps) {
  const { t } = useTranslation();
  return (
    <>
      {CHECKS.map((check) => (
        <label key={check}>
          <input
            type="checkbox"
            checked={value[check]}
            onChange={({ target }) => onChange({ ...value, [check]: target.checked })}
            data-testid={`share-${WORDS[check]}`}
          />{' '}
          {t(`gallery.share.${WORDS[check]}`)}
        </label>
      ))}
    </>
  );
}
