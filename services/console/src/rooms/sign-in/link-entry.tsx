import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useLinkToken } from '../../shared/api/link-token';
import { Entry } from '../../shared/ui/entry';
import { Note } from '../../shared/ui/note';

interface LinkEntryProps {
  readonly kind: 'verify' | 'reset';
  /** Where another mail can be asked for. */
  readonly again: string;
  /** The form, for the token that the link carries. */
  readonly children: (token: string) => ReactNode;
}

/** Where a link of a mail leads: what it is for, or that its token is missing. */
export function LinkEntry({ kind, again, children }: LinkEntryProps) {
  const { t } = useTranslation();
  const token = useLinkToken();
  return (
    <Entry
      title={t(`entry.${kind}.title`)}
      lead={t(`entry.${kind}.lead`)}
      testId={`${kind}-room`}
      foot={
        <>
          <Link to={again}>{t(`entry.${kind}.again`)}</Link>
          <Link to="/sign-in">{t('entry.toSignIn')}</Link>
        </>
      }
    >
      {token === null ? <Note tone="warn">{t('entry.noToken')}</Note> : children(token)}
    </Entry>
  );
}
