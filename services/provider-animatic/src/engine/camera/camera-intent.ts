/** A move of the camera, not of what it films: in `pan-left` the camera turns left, so the picture goes right. */
export type CameraMove =
  | 'zoom-in'
  | 'zoom-out'
  | 'dolly-in'
  | 'dolly-out'
  | 'pan'
  | 'pan-left'
  | 'pan-right'
  | 'tilt'
  | 'tilt-up'
  | 'tilt-down'
  | 'orbit'
  | 'orbit-left'
  | 'orbit-right';

export type CameraSpeed = 'slow' | 'normal' | 'fast';

export interface NamedMove {
  readonly move: CameraMove;
  readonly speed: CameraSpeed;
}

/** What a prompt asks of the camera; all moves happen at once. No moves: the camera holds still. */
export interface CameraIntent {
  readonly moves: readonly NamedMove[];
  /** Whether the prompt said so, or nothing and we chose. */
  readonly named: boolean;
}

export type CameraAxis = 'depth' | 'horizontal' | 'vertical' | 'orbit';

/** Two moves on one axis would undo each other: the first that is named wins. */
export function axisOf(move: CameraMove): CameraAxis {
  switch (move) {
    case 'zoom-in':
    case 'zoom-out':
    case 'dolly-in':
    case 'dolly-out':
      return 'depth';
    case 'pan':
    case 'pan-left':
    case 'pan-right':
      return 'horizontal';
    case 'tilt':
    case 'tilt-up':
    case 'tilt-down':
      return 'vertical';
    case 'orbit':
    case 'orbit-left':
    case 'orbit-right':
      return 'orbit';
  }
}
