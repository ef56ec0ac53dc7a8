import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { readItem, writeItem } from '../storage';
import { en } from './en';
import { zh } from './zh-cn';

export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = 'shotloom.language';

function preferred(): Language {
  return /^zh/i.test(readItem(localStorage, KEY) ?? navigator.language) ? 'zh-CN' : 'en';
}

/** The language of a page as the server knows it. */
export function languageOf(language: string): Language {
  return LANGUAGES.find((one) => one === language) ?? 'en';
}

/** Makes the dictionaries ready; call it once, before the first render. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: preferred(),
    fallbackLng: 'en',
    resources: { en: { translation: en }, 'zh-CN': { translation: zh } },
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
}

export async function chooseLanguage(language: Language): Promise<void> {
  writeItem(localStorage, KEY, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
