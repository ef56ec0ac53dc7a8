import type { RpcResponse, credentialSpendRpc } from '@shotloom/contracts';

export interface Watched {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly version: number;
  /** In millionths of a US dollar. */
  readonly dayCap: number | null;
  readonly monthCap: number | null;
  readonly percents: readonly number[];
  /** In the vendor's own units. */
  readonly lowBalance: number | null;
}

export interface Alert {
  /** The same is told once. */
  readonly key: string;
  readonly subject: string;
  readonly text: string;
}

type Spend = RpcResponse<typeof credentialSpendRpc>['credentials'][number];
type Line = { readonly remaining: string; readonly unit: string; readonly usable: boolean };

const usd = (micros: number): string => `${(micros / 1_000_000).toFixed(2)} USD`;

/** Of each cap the highest threshold that was reached; those below it say nothing more. `day` is UTC, `YYYY-MM-DD`. Pure. */
export function spendAlerts(watched: Watched, spend: Spend | undefined, day: string): Alert[] {
  if (!spend) return [];
  const periods = [
    { word: 'day', name: day, cap: watched.dayCap, spent: spend.dayMicros },
    { word: 'month', name: day.slice(0, 7), cap: watched.monthCap, spent: spend.monthMicros },
  ];
  return periods.flatMap(({ word, name, cap, spent }) => {
    if (cap === null) return [];
    const paused = spend.pause?.period === word && spend.pause.capMicros >= cap;
    // A cap is reached when the next video does not fit, which is before the last cent is spent.
    const reached = watched.percents.filter(
      (percent) => (percent >= 100 && paused) || spent * 100 >= cap * percent,
    );
    const percent = Math.max(...reached);
    if (reached.length === 0) return [];
    const { id, provider } = watched;
    const which = `The key ${watched.name} of ${provider}`;
    const state = paused
      ? 'No more videos start under it until the next period, or until the cap is raised.'
      : 'Videos still start under it.';
    return [
      {
        key: `spend:${id}:${name}:${percent}`,
        subject: `${which} has spent ${percent} % of its cap of the ${word}`,
        text: `${which} has spent ${usd(spent)} of ${usd(cap)} (${name}, UTC).\n\n${state}\n`,
      },
    ];
  });
}

/** Where what is usable is below the threshold; once a day. Null where there is enough, or nothing that can be counted. Pure. */
export function balanceAlert(watched: Watched, lines: readonly Line[], day: string): Alert | null {
  const { id, name, provider, lowBalance } = watched;
  const amounts = lines.filter(({ usable }) => usable).map(({ remaining }) => Number(remaining));
  if (lowBalance === null || amounts.some((amount) => !Number.isFinite(amount))) return null;
  const left = amounts.reduce((sum, amount) => sum + amount, 0);
  if (left >= lowBalance) return null;
  const unit = lines[0]?.unit ?? 'units';
  return {
    key: `balance:${id}:${day}`,
    subject: `The key ${name} of ${provider} has little left`,
    text: `${left} ${unit} are left at ${provider} under the key ${name}; you asked to be told below ${lowBalance}.\n`,
  };
}
