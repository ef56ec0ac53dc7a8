import { between, seededRandom, type Random } from '../random';
import type { CameraIntent, CameraMove, CameraSpeed, NamedMove } from './camera-intent';
import { ease, FRONT_VIEW, leastZoom, viewBetween, type View } from './view';

/** From where to where the camera goes. */
export interface CameraPlan {
  readonly from: View;
  readonly to: View;
}

/** How far each move goes at normal speed in five seconds. */
const ZOOM_RATIO = 1.32;
const DOLLY_RATIO = 1.42;
/** Shares of the frame. */
const PAN_TRAVEL = 0.18;
const TILT_TRAVEL = 0.16;
const ORBIT_TURN = 0.085;
const ORBIT_TRAVEL = 0.07;

const SPEED_FACTOR: Readonly<Record<CameraSpeed, number>> = { slow: 0.62, normal: 1, fast: 1.6 };
const USUAL_SECONDS = 5;
/** A zoom that ends off its exact centre by this share looks filmed and not computed. */
const DRIFT = { least: 0.004, most: 0.013 };

/** Turns what a prompt asks for into a path. The seed varies it a little: how far, and where it drifts. */
export function planCamera(
  intent: CameraIntent,
  options: { readonly seed: number; readonly durationSeconds: number },
): CameraPlan {
  if (intent.moves.length === 0) return { from: FRONT_VIEW, to: FRONT_VIEW };
  const random = seededRandom(options.seed);
  // Twice the time takes the camera further, but not twice as far.
  const time = Math.min(1.4, Math.max(0.6, Math.sqrt(options.durationSeconds / USUAL_SECONDS)));
  const amount = time * between(random, 0.95, 1.05);
  const moved = intent.moves.reduce(
    (plan, named) => addMove(plan, named, amount * SPEED_FACTOR[named.speed], random),
    { from: FRONT_VIEW, to: FRONT_VIEW },
  );
  return keepInside(addDrift(moved, random));
}

/** The view of one frame: eased, from the first frame (0) to the last. */
export function viewAt({ from, to }: CameraPlan, frame: number, frameCount: number): View {
  return viewBetween(from, to, ease(frameCount > 1 ? frame / (frameCount - 1) : 0));
}

function addMove(plan: CameraPlan, { move }: NamedMove, amount: number, random: Random): CameraPlan {
  const side = random() < 0.5 ? -1 : 1;
  const change = CHANGES[move](amount, side);
  return { from: apply(plan.from, change.from), to: apply(plan.to, change.to) };
}

type Change = Partial<View>;

const depth = (ratio: number, amount: number): number => 1 + (ratio - 1) * amount;
const shift = (axis: 'x' | 'y', travel: number): { from: Change; to: Change } => ({
  from: { [axis]: -travel / 2 },
  to: { [axis]: travel / 2 },
});
/** The camera goes round to one side while it keeps looking at the middle. */
const around = (amount: number): { from: Change; to: Change } => ({
  from: { turn: ORBIT_TURN * amount, x: (-ORBIT_TRAVEL / 2) * amount },
  to: { turn: -ORBIT_TURN * amount, x: (ORBIT_TRAVEL / 2) * amount },
});

const CHANGES: Readonly<
  Record<CameraMove, (amount: number, side: number) => { readonly from: Change; readonly to: Change }>
> = {
  'zoom-in': (amount) => ({ from: {}, to: { zoom: depth(ZOOM_RATIO, amount) } }),
  'zoom-out': (amount) => ({ from: { zoom: depth(ZOOM_RATIO, amount) }, to: {} }),
  'dolly-in': (amount) => ({ from: {}, to: { zoom: depth(DOLLY_RATIO, amount) } }),
  'dolly-out': (amount) => ({ from: { zoom: depth(DOLLY_RATIO, amount) }, to: {} }),
  pan: (amount, side) => shift('x', PAN_TRAVEL * amount * side),
  'pan-left': (amount) => shift('x', -PAN_TRAVEL * amount),
  'pan-right': (amount) => shift('x', PAN_TRAVEL * amount),
  tilt: (amount, side) => shift('y', TILT_TRAVEL * amount * side),
  'tilt-up': (amount) => shift('y', -TILT_TRAVEL * amount),
  'tilt-down': (amount) => shift('y', TILT_TRAVEL * amount),
  orbit: (amount, side) => around(amount * side),
  'orbit-left': (amount) => around(-amount),
  'orbit-right': (amount) => around(amount),
};

function apply(view: View, change: Change): View {
  return {
    zoom: view.zoom * (change.zoom ?? 1),
    x: view.x + (change.x ?? 0),
    y: view.y + (change.y ?? 0),
    turn: view.turn + (change.turn ?? 0),
  };
}

/** Moves the closer end, where there is room around the view, a little off the middle. */
function addDrift({ from, to }: CameraPlan, random: Random): CameraPlan {
  const angle = between(random, 0, 2 * Math.PI);
  const far = between(random, DRIFT.least, DRIFT.most);
  const drift = { x: Math.cos(angle) * far, y: Math.sin(angle) * far };
  return to.zoom >= from.zoom ? { from, to: apply(to, drift) } : { from: apply(from, drift), to };
}

/** Comes as much closer, all the way, as it takes to show nothing outside of the picture. */
function keepInside({ from, to }: CameraPlan): CameraPlan {
  const closer = Math.max(1, leastZoom(from) / from.zoom, leastZoom(to) / to.zoom);
  const nearer = (view: View): View => ({ ...view, zoom: view.zoom * closer });
  return { from: nearer(from), to: nearer(to) };
}
