import { useSyncExternalStore } from 'react';
import { readItem, writeItem } from '../storage';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'shotloom.theme';
const listeners = new Set<() => void>();

function current(): Theme {
  const stored = readItem(localStorage, KEY);
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

function choose(theme: Theme): void {
  writeItem(localStorage, KEY, theme === 'system' ? null : theme);
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The chosen theme, and how to choose another. `system` follows the device. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(subscribe, current), choose];
}
