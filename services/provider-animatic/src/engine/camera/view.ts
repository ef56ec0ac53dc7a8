/**
 * Where the camera stands before a flat picture. At `zoom` 1 with nothing else it sees all of it. `x` and `y` are shifts of its
 * centre in shares of the picture's width and height, positive to the right and downwards. `turn` is how far the picture is seen
 * from the side: -1 to 1, the share by which the nearer edge grows.
 */
export interface View {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
  readonly turn: number;
}

export const FRONT_VIEW: View = { zoom: 1, x: 0, y: 0, turn: 0 };

/** Starts and ends at rest: no jerk where the film begins and where it loops. `t` is 0 to 1. */
export function ease(t: number): number {
  const clamped = Math.min(1, Math.max(0, t));
  return clamped * clamped * (3 - 2 * clamped);
}

/** The view a share `t` of the way; zoom by equal ratios, since that is what the eye sees as even. */
export function viewBetween(from: View, to: View, t: number): View {
  const mix = (a: number, b: number): number => a + (b - a) * t;
  return {
    zoom: from.zoom * (to.zoom / from.zoom) ** t,
    x: mix(from.x, to.x),
    y: mix(from.y, to.y),
    turn: mix(from.turn, to.turn),
  };
}

/** The least zoom at which a view with these shifts and this turn shows nothing outside of the picture. */
export function leastZoom({ x, y, turn }: View): number {
  const reach = 0.5 / (1 - Math.abs(turn));
  return Math.max(reach / (0.5 - Math.abs(x)), reach / (0.5 - Math.abs(y)));
}

/** A projective map from pixels of a frame to pixels of a picture: u = (a·x + b·y + c) / (g·x + h·y + 1), v likewise. */
export interface Homography {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
  readonly g: number;
  readonly h: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The map of a view. Continuous coordinates: the middle of the first pixel is at 0.5. */
export function homographyOf(view: View, frame: Size, picture: Size): Homography {
  const { zoom, x, y, turn } = view;
  const centreX = 0.5 + x;
  const centreY = 0.5 + y;
  // With s from -1 to 1 across the frame, a point is centre + (s / 2 zoom) / (1 + turn · s), and s = 2 px / width - 1.
  const scale = 1 / (1 - turn);
  const perPixel = (2 * turn) / frame.width;
  const across = (value: number, size: number): number => value * size * scale;
  return {
    a: across(centreX * perPixel + 1 / (zoom * frame.width), picture.width),
    b: 0,
    c: across(centreX * (1 - turn) - 0.5 / zoom, picture.width),
    d: across(centreY * perPixel, picture.height),
    e: across(1 / (zoom * frame.height), picture.height),
    f: across(centreY * (1 - turn) - 0.5 / zoom, picture.height),
    g: perPixel * scale,
    h: 0,
  };
}

/** Where a point of the frame comes from in the picture; both in pixels. */
export function project(map: Homography, px: number, py: number): { readonly u: number; readonly v: number } {
  const w = map.g * px + map.h * py + 1;
  return { u: (map.a * px + map.b * py + map.c) / w, v: (map.d * px + map.e * py + map.f) / w };
}
