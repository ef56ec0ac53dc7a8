import type { ChaosResult } from './run';

const counted = (items: readonly string[]): string =>
  [...Map.groupBy(items, (item) => item)].map(([item, all]) => `${all.length} ${item}`).join(', ') || 'none';

/** Of each rule; a fault that strikes every job would fill pages. */
const SHOWN = 8;

/** What happened and what was found, on one screen. */
export function describeRun(result: ChaosResult, replay: string): string {
  const { facts, violations, crashes, replayed, seconds } = result;
  const faults = facts.told.flatMap(({ order }) => (order.fault === null ? [] : [order.fault]));
  const passing = facts.requests.flatMap(({ kind, faults: struck }) =>
    kind === 'create' ? [] : struck.map((fault) => `${fault} on ${kind}`),
  );
  const lines = [
    `orders      ${counted(facts.told.map(({ answer }) => answer))}; ${counted(facts.told.map(({ tries }) => (tries > 1 ? 'asked again' : 'asked once')))}`,
    `jobs        ${counted(facts.jobs.map(({ status }) => status))}; ${facts.jobs.filter(({ deleted }) => deleted).length} deleted, ${facts.jobs.filter((job) => job.late_asset_id !== null).length} with a late video`,
    `attempts    ${counted(facts.attempts.map(({ provider, status }) => `${provider} ${status}`))}`,
    `vendor      ${facts.tasks.length} tasks (${counted(facts.tasks.map(({ status }) => status))}), ${facts.requests.length} calls`,
    `faults      ${counted(faults)}`,
    `            ${counted(passing)}`,
    `crashes     ${counted([...crashes])}`,
    `callbacks   ${counted(facts.callbacks.map(({ status, body }) => `${body.includes('/forged.mp4') ? 'forged ' : ''}${status ?? 'unanswered'}`))}`,
    `replayed    ${replayed} messages; ${facts.events.length} events read; ${facts.objects.length} objects; ${facts.videos.size} videos downloaded`,
    `took        ${seconds} s`,
  ];
  if (violations.length === 0) return [...lines, 'violations  none'].join('\n');
  const found = [...Map.groupBy(violations, ({ rule }) => rule)].flatMap(([rule, all]) => [
    `  ${rule} (${all.length})`,
    ...all.slice(0, SHOWN).map(({ about, text }) => `    ${about}: ${text}`),
  ]);
  return [...lines, `violations  ${violations.length}`, ...found, `Again: ${replay}`].join('\n');
}
