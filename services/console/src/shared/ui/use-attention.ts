import { useState, type FocusEvent, type PointerEvent } from 'react';

/** How far from the top the strip begins in which moving the pointer leads through the video. */
const STRIP = 0.6;

export interface Attention {
  /** A mouse is over it, or the keyboard has come to it. */
  readonly active: boolean;
  /** From 0 to 1: where in the video the pointer asks to be; null: nowhere. */
  readonly scrub: number | null;
}

const NONE: Attention = { active: false, scrub: null };

/**
 * Whether somebody attends to a tile. A finger is no mouse: it opens the tile. A focus that came by a click is no wish to see it move.
 */
export function useAttention() {
  const [attention, setAttention] = useState(NONE);
  const handlers = {
    onPointerMove: ({ pointerType, currentTarget, clientX, clientY }: PointerEvent<HTMLElement>) => {
      if (pointerType !== 'mouse') return;
      const picture = currentTarget.querySelector('[data-picture]')?.getBoundingClientRect();
      const down = picture ? (clientY - picture.top) / picture.height : 0;
      const along = picture ? (clientX - picture.left) / picture.width : 0;
      const scrub = picture && down > STRIP && down <= 1 ? Math.min(1, Math.max(0, along)) : null;
      // Most moves change nothing that is seen.
      setAttention((now) => (now.active && now.scrub === scrub ? now : { active: true, scrub }));
    },
    onPointerLeave: () => setAttention(NONE),
    onFocus: ({ currentTarget }: FocusEvent<HTMLElement>) => {
      if (currentTarget.matches(':focus-visible')) setAttention({ active: true, scrub: null });
    },
    onBlur: () => setAttention(NONE),
  };
  return { attention, handlers };
}
