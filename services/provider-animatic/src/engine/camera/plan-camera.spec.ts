import type { CameraMove, CameraSpeed } from './camera-intent';
import { planCamera, viewAt, type CameraPlan } from './plan-camera';
import { homographyOf, project } from './view';

const plan = (
  moves: CameraMove[],
  seed = 1,
  speed: CameraSpeed = 'normal',
  durationSeconds = 5,
): CameraPlan =>
  planCamera({ moves: moves.map((move) => ({ move, speed })), named: true }, { seed, durationSeconds });

const ALL: CameraMove[] = [
  'zoom-in',
  'zoom-out',
  'dolly-in',
  'dolly-out',
  'pan-left',
  'pan-right',
  'tilt-up',
  'tilt-down',
  'orbit-left',
  'orbit-right',
];
const FRAME = { width: 1280, height: 720 };
const PICTURE = { width: 2048, height: 1152 };
const CORNERS = [
  [0, 0],
  [1280, 0],
  [0, 720],
  [1280, 720],
] as const;

it('goes where the move says', () => {
  expect(plan(['zoom-in']).to.zoom).toBeGreaterThan(plan(['zoom-in']).from.zoom * 1.2);
  expect(plan(['zoom-out']).from.zoom).toBeGreaterThan(plan(['zoom-out']).to.zoom * 1.2);
  expect(plan(['pan-left']).to.x).toBeLessThan(plan(['pan-left']).from.x - 0.1);
  expect(plan(['pan-right']).to.x).toBeGreaterThan(plan(['pan-right']).from.x + 0.1);
  expect(plan(['tilt-up']).to.y).toBeLessThan(plan(['tilt-up']).from.y - 0.1);
  expect(plan(['tilt-down']).to.y).toBeGreaterThan(plan(['tilt-down']).from.y + 0.1);
  const orbit = plan(['orbit-left']);
  expect(orbit.from.turn * orbit.to.turn).toBeLessThan(0);
});

it('does several moves at once', () => {
  const both = plan(['zoom-in', 'pan-left']);
  expect(both.to.zoom).toBeGreaterThan(both.from.zoom * 1.2);
  expect(both.to.x).toBeLessThan(both.from.x - 0.1);
});

it('goes further when fast, and less far when slow', () => {
  const reach = (speed: CameraSpeed): number => plan(['zoom-in'], 1, speed).to.zoom;
  expect(reach('slow')).toBeLessThan(reach('normal'));
  expect(reach('normal')).toBeLessThan(reach('fast'));
});

it('holds still when there is no move', () => {
  const { from, to } = plan([]);
  expect(from).toEqual(to);
  expect(from.zoom).toBe(1);
});

it('is the same for the same seed and a little different for another', () => {
  expect(plan(['zoom-in'], 5)).toEqual(plan(['zoom-in'], 5));
  const [one, other] = [plan(['zoom-in'], 5), plan(['zoom-in'], 6)];
  expect(one).not.toEqual(other);
  expect(Math.abs(one.to.zoom - other.to.zoom)).toBeLessThan(0.06);
  const sides = new Set(Array.from({ length: 20 }, (_, seed) => Math.sign(plan(['pan'], seed).to.x)));
  expect(sides).toEqual(new Set([-1, 1]));
});

it('never shows what is outside of the picture', () => {
  for (const a of ALL) {
    for (const b of ALL) {
      for (const speed of ['slow', 'fast'] as const) {
        const path = plan([a, b], 3, speed, 15);
        for (let frame = 0; frame < 360; frame += 7) {
          const map = homographyOf(viewAt(path, frame, 360), FRAME, PICTURE);
          for (const [x, y] of CORNERS) {
            const { u, v } = project(map, x, y);
            expect(Math.min(u, v, PICTURE.width - u, PICTURE.height - v)).toBeGreaterThan(-0.01);
          }
        }
      }
    }
  }
});

it('starts and ends at rest, and never jerks', () => {
  for (const move of ALL) {
    const path = plan([move]);
    const points = Array.from({ length: 120 }, (_, frame) =>
      project(homographyOf(viewAt(path, frame, 120), FRAME, PICTURE), 100, 80),
    );
    const steps = points
      .slice(1)
      .map(({ u, v }, i) => ({ u: u - (points[i]?.u ?? 0), v: v - (points[i]?.v ?? 0) }));
    const length = steps.map(({ u, v }) => Math.hypot(u, v));
    const changes = length.slice(1).map((step, i) => Math.abs(step - (length[i] ?? 0)));
    const fastest = Math.max(...length);
    expect(fastest).toBeGreaterThan(0.5);
    expect(length[0]).toBeLessThan(fastest / 8);
    expect(length.at(-1)).toBeLessThan(fastest / 8);
    expect(Math.max(...changes)).toBeLessThan(fastest / 20);
  }
});

it('sees the whole picture from the front', () => {
  const map = homographyOf({ zoom: 1, x: 0, y: 0, turn: 0 }, FRAME, PICTURE);
  expect(project(map, 0, 0)).toEqual({ u: 0, v: 0 });
  expect(project(map, 1280, 720)).toEqual({ u: 2048, v: 1152 });
});
