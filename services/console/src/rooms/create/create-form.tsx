import { useMemo } from 'react';
import { Clapperboard, ImagePlay, Type, WandSparkles } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Operation } from '@shotloom/sdk';
import { useModels } from '../../shared/api/queries';
import { sourceKindOf, type Draft } from '../../shared/jobs/draft';
import { Button } from '../../shared/ui/button';
import { Choice } from '../../shared/ui/choice';
import { Problem } from '../../shared/ui/problem';
import { Skeleton } from '../../shared/ui/skeleton';
import { Slider } from '../../shared/ui/slider';
import type { Choices } from './choices';
import { ExtraPictures } from './extra-pictures';
import { ModelField } from './model-field';
import { ParamFields } from './param-fields';
import { PromptField } from './prompt-field';
import { SeedField } from './seed-field';
import { ShapeFields } from './shape-fields';
import { SourceField } from './source-field';
import type { Limits } from './source-limits';
import { StyleField } from './style-field';
import type { useGenerate } from './use-generate';
import type { ExtraControls } from './use-extras';
import type { SourceControl } from './use-source';
import styles from './create-form.module.css';

const TABS = [
  ['image-to-video', ImagePlay],
  ['text-to-video', Type],
  ['video-to-anime', WandSparkles],
] as const satisfies readonly (readonly [Operation, unknown])[];
const PROMPT_LIMIT = 2000;

export interface CreateFormProps {
  readonly draft: Draft;
  readonly update: (change: Partial<Draft>) => void;
  readonly choices: Choices | null;
  readonly limits: Limits | null;
  readonly control: SourceControl | null;
  readonly extras: ExtraControls;
  readonly generation: ReturnType<typeof useGenerate>;
}

/** Everything that a video is asked for with. */
export function CreateForm(props: CreateFormProps) {
  const { draft, update, choices, limits, control, extras, generation } = props;
  const { t } = useTranslation();
  const submit = () => void generation.generate();
  const kind = sourceKindOf(draft.operation);
  const tabs = useMemo(
    () => TABS.map(([value, Icon]) => ({ value, label: <TabFace Icon={Icon} operation={value} /> })),
    [],
  );
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      noValidate
    >
      <div className={styles.fields}>
        <Choice
          label={t('create.tabs.label')}
          hideLabel
          look="tabs"
          options={tabs}
          value={draft.operation}
          onChange={(operation) => update({ operation })}
          testId="operation"
        />
        {kind && limits && control && (
          <SourceField key={kind} limits={limits} source={draft[kind]} control={control} />
        )}
        <PromptField
          operation={draft.operation}
          value={draft.prompt}
          limit={choices?.model.prompt.max_length ?? PROMPT_LIMIT}
          required={draft.operation !== 'video-to-anime'}
          onChange={(prompt) => update({ prompt })}
          onSubmit={submit}
        />
        <StyleField value={draft.style} onChange={(style) => update({ style })} />
        <ModelFields draft={draft} update={update} choices={choices} extras={extras} />
      </div>
      <SubmitBar choices={choices} generation={generation} />
    </form>
  );
}

function TabFace({ Icon, operation }: { Icon: typeof Type; operation: Operation }) {
  const { t } = useTranslation();
  return (
    <span className={styles.tab} title={t(`create.tabHint.${operation}`)}>
      <Icon aria-hidden />
      {t(`create.tabs.${operation}`)}
    </span>
  );
}

type ModelFieldsProps = Pick<CreateFormProps, 'draft' | 'update' | 'choices' | 'extras'>;

function ModelFields({ draft, update, choices, extras }: ModelFieldsProps) {
  const { t } = useTranslation();
  const models = useModels();
  if (models.isError) return <Problem error={models.error} onRetry={() => void models.refetch()} />;
  if (models.isPending) return <Skeleton className={styles.skeleton} />;
  if (!choices) return <p className={styles.none}>{t('create.model.none')}</p>;
  const { supports } = choices.model;
  return (
    <>
      <ModelField models={choices.models} value={choices.model} onChange={(model) => update({ model })} />
      <ExtraPictures choices={choices} controls={extras} update={update} />
      {draft.operation === 'video-to-anime' && supports.strength && (
        <Slider
          label={t('create.strength.label')}
          min={0}
          max={100}
          step={5}
          value={draft.strength}
          valueText={`${draft.strength}%`}
          ends={[t('create.strength.low'), t('create.strength.high')]}
          onChange={(strength) => update({ strength })}
          testId="strength"
        />
      )}
      <ShapeFields choices={choices} update={update} />
      <ParamFields choices={choices} params={draft.params} update={update} />
      {supports.negative_prompt && (
        <label className={styles.negative}>
          {t('create.prompt.negative')}
          <input
            value={draft.negativePrompt}
            maxLength={PROMPT_LIMIT}
            placeholder={t('create.prompt.negativePlaceholder')}
            onChange={(event) => update({ negativePrompt: event.target.value })}
            data-testid="negative-prompt"
          />
        </label>
      )}
      {supports.seed && <SeedField value={draft.seed} onChange={(seed) => update({ seed })} />}
    </>
  );
}

function SubmitBar({ choices, generation }: Pick<CreateFormProps, 'choices' | 'generation'>) {
  const { t } = useTranslation();
  const { doing, error, hint } = generation;
  const price = choices?.price ?? null;
  const words = {
    nothing: t('create.submit.generate'),
    uploading: t('create.submit.uploading'),
    accepting: t('create.submit.accepting'),
  }[doing];
  return (
    <div className={styles.submit}>
      {error !== null && <Problem error={error} testId="generate-error" />}
      <p className={styles.hint} role="status" data-testid="generate-hint">
        {hint}
      </p>
      <Button
        type="submit"
        variant="primary"
        size="lg"
        className={styles.button}
        icon={<Clapperboard aria-hidden />}
        busy={doing !== 'nothing'}
        disabled={doing !== 'nothing'}
        data-testid="generate"
      >
        {words}
        {doing === 'nothing' && price !== null && (
          <span className={styles.price}>{t('common.credits', { count: price })}</span>
        )}
      </Button>
    </div>
  );
}
