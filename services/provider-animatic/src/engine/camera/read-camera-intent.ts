import { axisOf, type CameraAxis, type CameraIntent, type CameraMove, type NamedMove } from './camera-intent';
import {
  ANY_MOVEMENT,
  CAMERA_WORDS,
  HOLD_PHRASES,
  MOVE_PHRASES,
  NEGATION_BEFORE,
  speedOf,
} from './vocabulary';

interface Mention {
  readonly move: CameraMove;
  readonly negated: boolean;
  readonly clause: string;
}

const HOLD: CameraIntent = { moves: [], named: true };
const DEFAULT: CameraIntent = { moves: [{ move: 'zoom-in', speed: 'slow' }], named: false };

/**
 * Reads in a prompt, English or Chinese, how the camera moves. Where nothing is said it slowly zooms in; where movement is
 * refused ("no zoom", "镜头不动") and none is asked for, it holds.
 */
export function readCameraIntent(prompt: string): CameraIntent {
  const clauses = clausesOf(prompt);
  const mentions = clauses.flatMap(mentionsIn);
  const moves = firstOfEachAxis(mentions.filter((mention) => !mention.negated));
  if (moves.length > 0) return { moves, named: true };
  const refused = mentions.length > 0 || clauses.some(refusesMovement);
  return refused ? HOLD : DEFAULT;
}

const BREAKS =
  /[.!?;:\n\r。！？；：]+|,|，|、|\bthen\b|\bwhile\b|\bwhilst\b|\bbut\b|然后|接着|随后|同时|但是?|而是|一边|并且?/u;
const LONE_ADVERB = /^\s*(?:\w+ly|缓缓|慢慢|缓慢|快速|迅速)\s*$/u;

/** Pieces within which words belong together. An adverb on its own belongs to what follows it. */
function clausesOf(prompt: string): readonly string[] {
  const clauses: string[] = [];
  let adverb = '';
  for (const piece of prompt.normalize('NFKC').toLowerCase().split(BREAKS)) {
    if (LONE_ADVERB.test(piece)) {
      adverb = `${piece} `;
      continue;
    }
    if (piece.trim() !== '') clauses.push(adverb + piece.trim());
    adverb = '';
  }
  return clauses;
}

function mentionsIn(clause: string, index: number, clauses: readonly string[]): readonly Mention[] {
  const aboutCamera = CAMERA_WORDS.test(clause) || continuesCamera(clause, clauses[index - 1]);
  const found = MOVE_PHRASES.filter((phrase) => aboutCamera || phrase.needsCamera !== true).flatMap(
    ({ move, pattern }) =>
      [...clause.matchAll(pattern)].map((match) => ({
        move,
        start: match.index,
        end: match.index + match[0].length,
      })),
  );
  const outer = found.filter(
    (one, position) => !found.some((other, place) => covers(other, one, place < position)),
  );
  return outer
    .sort((a, b) => a.start - b.start)
    .map(({ move, start }) => ({ move, negated: isNegated(clause.slice(0, start)), clause }));
}

/** "the camera pans left, moves up": the second clause has no subject of its own. */
function continuesCamera(clause: string, before: string | undefined): boolean {
  return (
    before !== undefined &&
    CAMERA_WORDS.test(before) &&
    /^(?:and\s+)?(?:\w+ly\s+)?(?:mov|ris|turn|look|glid|slid|track|fl[yi]|[向往上下左右再])/u.test(clause)
  );
}

interface Found {
  readonly move: CameraMove;
  readonly start: number;
  readonly end: number;
}

/** Of two that overlap the one with a direction wins, then the longer, then the one that stands first in the vocabulary. */
function covers(other: Found, one: Found, earlier: boolean): boolean {
  if (other === one || other.end <= one.start || other.start >= one.end) return false;
  const clearer = Number(hasDirection(other.move)) - Number(hasDirection(one.move));
  const longer = other.end - other.start - (one.end - one.start);
  return (clearer || longer || Number(earlier)) > 0;
}

const hasDirection = (move: CameraMove): boolean => move.includes('-');

const isNegated = (before: string): boolean => NEGATION_BEFORE.test(before);

/** A clause that wants a camera at rest: says so, or refuses movement of any kind. */
function refusesMovement(clause: string): boolean {
  if (HOLD_PHRASES.some((phrase) => phrase.test(clause))) return true;
  const movement = ANY_MOVEMENT.exec(clause);
  return movement !== null && isNegated(clause.slice(0, movement.index));
}

function firstOfEachAxis(mentions: readonly Mention[]): readonly NamedMove[] {
  const byAxis = new Map<CameraAxis, NamedMove>();
  for (const { move, clause } of mentions) {
    const axis = axisOf(move);
    if (!byAxis.has(axis)) byAxis.set(axis, { move, speed: speedOf(clause) });
  }
  return [...byAxis.values()];
}
