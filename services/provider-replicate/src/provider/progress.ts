/** As tqdm draws it: ` 42%|####      | 10/25 [...]`. */
const BAR = /(?:^|[\s:])(\d{1,3})%\s?\|[^|\n\r]*\|/g;
/** Characters of the end that are looked at; a bar is written again and again. */
const TAIL = 4_000;

/** 0 to 1 by the last bar in the logs of a model; null where it draws none. A model may draw several, one after the other. */
export function progressOf(logs: string): number | null {
  const percent = [...logs.slice(-TAIL).matchAll(BAR)].at(-1)?.[1];
  return percent === undefined ? null : Math.min(100, Number(percent)) / 100;
}
