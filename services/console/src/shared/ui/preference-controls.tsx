import { MonitorCog, Moon, Sun } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage } from '../i18n/i18n';
import { THEMES, useTheme, type Theme } from '../theme/theme';
import { IconButton } from './button';
import styles from './preference-controls.module.css';

const THEME_ICONS = { system: MonitorCog, light: Sun, dark: Moon } satisfies Record<Theme, unknown>;

/** Language and theme: each one button, which shows what it is. */
export function PreferenceControls() {
  const { t, i18n } = useTranslation();
  const [theme, setTheme] = useTheme();
  const chinese = i18n.language === 'zh-CN';
  const Icon = THEME_ICONS[theme];
  const nextTheme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  return (
    <>
      <IconButton
        label={t('header.language')}
        className={styles.language}
        data-testid="lang-switch"
        onClick={() => void chooseLanguage(chinese ? 'en' : 'zh-CN')}
      >
        <span lang={chinese ? 'en' : 'zh-CN'}>{chinese ? 'EN' : '中'}</span>
      </IconButton>
      <IconButton
        label={t(`header.theme.${theme}`)}
        data-testid="theme-switch"
        data-theme-choice={theme}
        onClick={() => setTheme(nextTheme)}
      >
        <Icon aria-hidden />
      </IconButton>
    </>
  );
}
