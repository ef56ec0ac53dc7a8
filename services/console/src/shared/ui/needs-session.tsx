import { useTranslation } from 'react-i18next';
import { Note } from './note';

/** Why somebody with an API key cannot do this, and what they can do instead. */
export function NeedsSession() {
  const { t } = useTranslation();
  return (
    <Note testId="needs-session">
      <p>{t('account.needsSession')}</p>
    </Note>
  );
}
