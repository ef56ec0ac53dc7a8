import { useTranslation } from 'react-i18next';
import type { MemberResource } from '@shotloom/sdk';
import { NumberField, SelectField } from '../../shared/ui/field';
import { panelStyles } from '../../shared/ui/panel';
import { fieldError } from '../../shared/ui/use-task';

export type Role = MemberResource['role'];

/** What somebody may do in an account, and how many of its credits they may spend in a month; null: any. */
export interface Share {
  readonly role: Role;
  readonly limit: number | null;
}

interface ShareFieldsProps {
  readonly value: Share;
  readonly onChange: (value: Share) => void;
  /** Only owners make owners. */
  readonly mine: Role;
  readonly error: unknown;
}

export function ShareFields({ value, onChange, mine, error }: ShareFieldsProps) {
  const { t } = useTranslation();
  const roles: readonly Role[] = mine === 'owner' ? ['member', 'admin', 'owner'] : ['member', 'admin'];
  return (
    <div className={panelStyles.pair}>
      <SelectField
        label={t('account.people.roleLabel')}
        hint={t(`account.people.roleHint.${value.role}`)}
        value={value.role}
        onChange={(role) => onChange({ ...value, role: role as Role })}
        error={fieldError(error, 'role')}
        data-testid="role"
      >
        {roles.map((role) => (
          <option key={role} value={role}>
            {t(`account.people.role.${role}`)}
          </option>
        ))}
      </SelectField>
      <NumberField
        label={t('account.people.limit')}
        hint={t('account.keys.limitHint')}
        value={value.limit}
        onChange={(limit) => onChange({ ...value, limit })}
        error={fieldError(error, 'monthly_credit_limit')}
        data-testid="limit"
      />
    </div>
  );
}
