import { useSyncExternalStore } from 'react';

const query = () => window.matchMedia('(prefers-reduced-motion: reduce)');

function watch(onChange: () => void): () => void {
  const list = query();
  list.addEventListener('change', onChange);
  return () => list.removeEventListener('change', onChange);
}

/** Whether the person has asked for pages that keep still. */
export function useReducedMotion(): boolean {
  return useSyncExternalStore(watch, () => query().matches);
}
