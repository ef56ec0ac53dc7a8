import { readCameraIntent } from './read-camera-intent';

/** `move@speed`, `hold`, or `default`. */
function read(prompt: string): string {
  const { moves, named } = readCameraIntent(prompt);
  if (!named) return 'default';
  return moves.length === 0 ? 'hold' : moves.map(({ move, speed }) => `${move}@${speed}`).join(' ');
}

describe('English', () => {
  it.each([
    ['camera slowly zooms in', 'zoom-in@slow'],
    ['Zoom in on the cup', 'zoom-in@normal'],
    ['zoom-in, cinematic', 'zoom-in@normal'],
    ['slow push in', 'zoom-in@slow'],
    ['fast zoom out', 'zoom-out@fast'],
    ['the camera pulls back to reveal a valley', 'zoom-out@normal'],
    ['zooming slowly out of the window', 'zoom-out@slow'],
    ['dolly in toward the door', 'dolly-in@normal'],
    ['a quick dolly out', 'dolly-out@fast'],
    ['the camera moves forward through the trees', 'dolly-in@normal'],
    ['camera pans left', 'pan-left@normal'],
    ['pan slowly to the right across the skyline', 'pan-right@slow'],
    ['pan from left to right', 'pan-right@normal'],
    ['the camera moves left', 'pan-left@normal'],
    ['tilt up to the sky', 'tilt-up@normal'],
    ['camera tilts down quickly', 'tilt-down@fast'],
    ['the camera rises above the roofs', 'tilt-up@normal'],
    ['orbit around the statue', 'orbit@normal'],
    ['camera slowly circles the dancer', 'orbit@slow'],
    ['orbit left around the car', 'orbit-left@normal'],
    ['zoom in while panning left', 'zoom-in@normal pan-left@normal'],
    ['slowly zoom in, then quickly tilt up', 'zoom-in@slow tilt-up@fast'],
    ['Slowly, the camera zooms out', 'zoom-out@slow'],
    ['pan left, not right', 'pan-left@normal'],
  ])('%s', (prompt, expected) => expect(read(prompt)).toBe(expected));
});

describe('Chinese', () => {
  it.each([
    ['镜头缓缓推进', 'zoom-in@slow'],
    ['镜头快速拉远', 'zoom-out@fast'],
    ['推镜头，聚焦猫的眼睛', 'zoom-in@normal'],
    ['画面慢慢拉近', 'zoom-in@slow'],
    ['镜头向左摇', 'pan-left@normal'],
    ['镜头从左向右平移', 'pan-right@normal'],
    ['镜头左移', 'pan-left@normal'],
    ['镜头上移', 'tilt-up@normal'],
    ['缓慢向下摇镜头', 'tilt-down@slow'],
    ['镜头升起，俯瞰城市', 'tilt-up@normal'],
    ['镜头环绕主角', 'orbit@normal'],
    ['镜头推进，同时向左平移', 'zoom-in@normal pan-left@normal'],
    ['镜头向前移动', 'dolly-in@normal'],
    ['镜头不断推进', 'zoom-in@normal'],
  ])('%s', (prompt, expected) => expect(read(prompt)).toBe(expected));
});

describe('at rest', () => {
  it.each([
    'static camera',
    'a cat sleeps, the camera is completely still',
    'no camera movement',
    'without any camera motion',
    "don't move the camera",
    'no zoom',
    'do not zoom in or pan',
    'locked-off shot of a lake',
    'hold',
    '固定镜头',
    '镜头静止不动',
    '镜头保持固定，雨落下',
    '无运镜',
    '不要推进',
    '没有镜头移动',
  ])('%s', (prompt) => expect(read(prompt)).toBe('hold'));
});

describe('what only looks like a move', () => {
  it.each([
    'a cat in the rain',
    'an egg in a frying pan',
    'she tilts her head up',
    'a still lake at dawn',
    'the boy moves left and waves',
    'static electricity makes her hair rise',
    'clouds drift to the right',
    '汽车向左移动',
    '静止的湖面上有一只船',
    '',
  ])('%s', (prompt) => expect(read(prompt)).toBe('default'));
});

it('lets a refusal strike only what it names', () => {
  expect(read('no zoom, pan left')).toBe('pan-left@normal');
  expect(read('不要推进，镜头向右摇')).toBe('pan-right@normal');
  expect(read('no camera shake, slow zoom in')).toBe('zoom-in@slow');
});

it('zooms in slowly where nothing is said', () => {
  expect(readCameraIntent('a cat')).toEqual({ moves: [{ move: 'zoom-in', speed: 'slow' }], named: false });
});

it('answers soon for a long prompt made to be slow', () => {
  const from = performance.now();
  for (const piece of ['slowly ', 'no the ', 'zoom very ', '镜头从', 'camera '])
    read(piece.repeat(300).slice(0, 2000));
  expect(performance.now() - from).toBeLessThan(1_000);
});
