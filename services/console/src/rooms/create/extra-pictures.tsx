import { useRef } from 'react';
import { ImagePlus, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../shared/i18n/format';
import type { Draft, Source } from '../../shared/jobs/draft';
import { Button, IconButton } from '../../shared/ui/button';
import { cx } from '../../shared/ui/cx';
import { Problem } from '../../shared/ui/problem';
import { useDrop } from '../../shared/uploads/use-drop';
import type { Choices, PictureLimits } from './choices';
import styles from './extra-pictures.module.css';
import { acceptOf, pictureLimits } from './source-limits';
import type { ExtraControls } from './use-extras';
import type { SourceControl } from './use-source';

interface ExtraPicturesProps {
  readonly choices: Choices;
  readonly controls: ExtraControls;
  readonly update: (change: Partial<Draft>) => void;
}

/** Pictures beside the first, where the model takes them: the last frame, and what is to be seen. */
export function ExtraPictures({ choices, controls, update }: ExtraPicturesProps) {
  const { t } = useTranslation();
  const { lastFrame, reference } = choices.extras;
  const drop = (id: string) =>
    update({ references: choices.references.filter(({ assetId }) => assetId !== id) });
  return (
    <>
      {lastFrame && (
        <Pictures
          name="last-frame"
          label={t('create.extra.lastFrame')}
          hint={t('create.extra.lastFrameHint')}
          limits={lastFrame}
          most={1}
          pictures={choices.lastFrame ? [choices.lastFrame] : []}
          control={controls.lastFrame}
          onRemove={controls.lastFrame.remove}
        />
      )}
      {reference && (
        <Pictures
          name="reference"
          label={t('create.extra.references')}
          hint={t('create.extra.referencesHint')}
          limits={reference}
          most={choices.mostReferences}
          pictures={choices.references}
          control={controls.reference}
          onRemove={drop}
        />
      )}
    </>
  );
}

interface PicturesProps {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly limits: PictureLimits;
  readonly most: number;
  readonly pictures: readonly Source[];
  readonly control: SourceControl;
  readonly onRemove: (assetId: string) => void;
}

function Pictures({ name, label, hint, limits, most, pictures, control, onRemove }: PicturesProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const { upload } = control;
  const sending = upload.status === 'sending';
  const words = useLimitWords(limits);
  const { over, handlers } = useDrop(control.add);
  return (
    <fieldset className={cx(styles.field, over && styles.over)} data-testid={name} {...handlers}>
      <legend>{label}</legend>
      <p className={styles.hint}>{`${hint} ${words}`}</p>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-hidden
        accept={limits.formats?.join(',') ?? acceptOf('image')}
        data-testid={`${name}-input`}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) control.add(file);
        }}
      />
      <div className={styles.pictures}>
        {pictures.map((picture) => (
          <figure key={picture.assetId} className={styles.picture} data-testid={`${name}-picture`}>
            {picture.thumb ? (
              <img src={picture.thumb} alt={t('create.source.preview', { name: picture.fileName })} />
            ) : (
              <ImagePlus aria-hidden />
            )}
            <IconButton label={t('create.source.remove')} onClick={() => onRemove(picture.assetId)}>
              <X aria-hidden />
            </IconButton>
          </figure>
        ))}
        {(pictures.length < most || sending) && (
          <AddPicture
            control={control}
            words={t('create.extra.add', { used: pictures.length, most })}
            onChoose={() => input.current?.click()}
          />
        )}
      </div>
      {upload.status === 'paused' && <Problem error={upload.error} onRetry={control.resume} />}
      {upload.status === 'failed' && <Problem error={upload.error} testId={`${name}-error`} />}
    </fieldset>
  );
}

interface AddPictureProps {
  readonly control: SourceControl;
  readonly words: string;
  readonly onChoose: () => void;
}

/** Chooses a picture; while one is on its way, how far it is and the way to stop it. */
function AddPicture({ control: { upload, remove }, words, onChoose }: AddPictureProps) {
  const { t } = useTranslation();
  const sending = upload.status === 'sending';
  return (
    <>
      <Button size="sm" icon={<ImagePlus aria-hidden />} busy={sending} disabled={sending} onClick={onChoose}>
        {sending ? t('create.source.uploading', { percent: Math.round(upload.share * 100) }) : words}
      </Button>
      {(sending || upload.status === 'paused') && (
        <IconButton label={t('create.source.cancel')} onClick={remove}>
          <X aria-hidden />
        </IconButton>
      )}
    </>
  );
}

/** What a picture must be, as the catalogue says it. */
function useLimitWords(limits: PictureLimits): string {
  const { t, i18n } = useTranslation();
  const { formats, min_side: least, max_side: most, ratio, fit } = limits;
  const kinds = (formats ?? ['image/jpeg', 'image/png', 'image/webp']).map((format) =>
    format.slice('image/'.length).toUpperCase(),
  );
  const number = (value: number) => value.toLocaleString(i18n.language, { maximumFractionDigits: 2 });
  return [
    t('create.extra.limits', {
      kinds: kinds.join(', '),
      size: formatBytes(pictureLimits(limits).maxBytes, i18n.language),
    }),
    least !== undefined && t('create.extra.minSide', { pixels: number(least) }),
    // What is too large is made smaller before the vendor gets it.
    most !== undefined && (fit ?? 'none') === 'none' && t('create.extra.maxSide', { pixels: number(most) }),
    ratio && fit !== 'frame' && t('create.extra.ratio', { min: number(ratio.min), max: number(ratio.max) }),
  ]
    .filter(Boolean)
    .join(' ');
}
