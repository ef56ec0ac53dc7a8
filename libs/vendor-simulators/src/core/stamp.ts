/** Letters of five by seven dots, so that no font has to be installed. */
const GLYPHS: Readonly<Record<string, readonly string[]>> = {
  S: ['.####', '#....', '#....', '.###.', '....#', '....#', '####.'],
  I: ['#####', '..#..', '..#..', '..#..', '..#..', '..#..', '#####'],
  M: ['#...#', '##.##', '#.#.#', '#.#.#', '#...#', '#...#', '#...#'],
  U: ['#...#', '#...#', '#...#', '#...#', '#...#', '#...#', '.###.'],
  L: ['#....', '#....', '#....', '#....', '#....', '#....', '#####'],
  A: ['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  T: ['#####', '..#..', '..#..', '..#..', '..#..', '..#..', '..#..'],
  E: ['#####', '#....', '#....', '####.', '#....', '#....', '#####'],
  D: ['####.', '#...#', '#...#', '#...#', '#...#', '#...#', '####.'],
};
const WORD = [...'SIMULATED'];
const ROWS = 7;
const ADVANCE = 6;
/** Dots around the word. */
const MARGIN = 2;

/** The word SIMULATED, white on a black bar, as RGB bytes of `width` by `height` pixels. */
export function drawStamp(frameWidth: number): { pixels: Buffer; width: number; height: number } {
  const dots = WORD.length * ADVANCE - 1 + 2 * MARGIN;
  const dot = Math.max(1, Math.floor((frameWidth * 0.8) / dots));
  const width = dots * dot;
  const height = (ROWS + 2 * MARGIN) * dot;
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (isLit(Math.floor(x / dot) - MARGIN, Math.floor(y / dot) - MARGIN)) {
        pixels.fill(255, (y * width + x) * 3, (y * width + x) * 3 + 3);
      }
    }
  }
  return { pixels, width, height };
}

function isLit(column: number, row: number): boolean {
  const letter = WORD[Math.floor(column / ADVANCE)];
  if (column < 0 || letter === undefined) return false;
  return GLYPHS[letter]?.[row]?.[column % ADVANCE] === '#';
}
