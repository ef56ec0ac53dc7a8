import { Compass, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button, buttonClass } from '../shared/ui/button';
import { Empty } from '../shared/ui/empty';

/** The answer to an address that no room has. */
export function NotFound() {
  const { t } = useTranslation();
  const back = (
    <Link to="/create" className={buttonClass('quiet', 'md')}>
      {t('errors.back')}
    </Link>
  );
  return (
    <Empty icon={<Compass />} title={t('errors.notFoundTitle')} action={back} testId="not-found">
      {t('errors.notFound')}
    </Empty>
  );
}

/** What is shown when a room breaks: nothing that the user made is lost, and a way on. */
export function Broken() {
  const { t } = useTranslation();
  const reload = <Button onClick={() => window.location.reload()}>{t('errors.reload')}</Button>;
  return (
    <Empty icon={<TriangleAlert />} title={t('errors.title')} action={reload} testId="broken">
      {t('errors.unexpected')}
    </Empty>
  );
}
