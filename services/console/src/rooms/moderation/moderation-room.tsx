import { useState } from 'react';
import { ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useIsOperator, type ModerationKind, type ModerationState } from '../../shared/api/moderation';
import { Choice } from '../../shared/ui/choice';
import { Empty } from '../../shared/ui/empty';
import { Room } from '../../shared/ui/room';
import { ModerationList } from './moderation-list';
import styles from './moderation-room.module.css';

const KINDS = ['entry', 'comment'] as const;
const STATES = ['open', 'rejected', 'removed'] as const;

/** Moderation: what waits for an operator's word or was reported, and what was decided against. */
export function ModerationRoom() {
  const { t } = useTranslation();
  const operator = useIsOperator();
  const [kind, setKind] = useState<ModerationKind>('entry');
  const [state, setState] = useState<ModerationState>('open');
  if (operator === false) {
    return (
      <Empty icon={<ShieldCheck />} title={t('moderation.forbiddenTitle')} testId="moderation-forbidden">
        {t('moderation.forbidden')}
      </Empty>
    );
  }
  return (
    <Room
      title={t('moderation.title')}
      lead={t('moderation.lead')}
      aside={
        <div className={styles.filters}>
          <Choice
            label={t('moderation.kind.label')}
            hideLabel
            options={KINDS.map((value) => ({ value, label: t(`moderation.kind.${value}`) }))}
            value={kind}
            onChange={setKind}
            testId="moderation-kind"
          />
          <Choice
            label={t('moderation.state.label')}
            hideLabel
            look="chips"
            options={STATES.map((value) => ({ value, label: t(`moderation.state.${value}`) }))}
            value={state}
            onChange={setState}
            testId="moderation-state"
          />
        </div>
      }
    >
      {operator && <ModerationList key={`${kind} ${state}`} kind={kind} state={state} />}
    </Room>
  );
}
