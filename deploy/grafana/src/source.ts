/** What we say of a dashboard; `toGrafana` makes of it what Grafana reads. */
export interface DashboardSource {
  /** Part of its address, so it never changes. Also the name of its file. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Whether it can be narrowed to some providers. */
  readonly byProvider: boolean;
  readonly rows: readonly RowSource[];
}

export interface RowSource {
  readonly title: string;
  readonly panels: readonly PanelSource[];
}

/** Grafana's names of units. */
export type Unit =
  'short' | 'none' | 's' | 'bytes' | 'Bps' | 'percentunit' | 'reqps' | 'cps' | 'cpm' | 'bool_on_off';

export interface PanelSource {
  readonly title: string;
  /** `stat`: the number of now. `lines`: over time. `areas`: over time and stacked. `table`: a row for each series of now. */
  readonly kind: 'stat' | 'lines' | 'areas' | 'table';
  /** Of 24. */
  readonly width: 4 | 6 | 8 | 12 | 24;
  readonly unit: Unit;
  /** What it shows, and what to do where it is not as it should be. */
  readonly description: string;
  /** The runbook that goes on from there, by its name in docs/runbooks. */
  readonly runbook?: string;
  readonly queries: readonly QuerySource[];
  /** From this value on it is orange, or red; those of the alerts where there are any. */
  readonly warnFrom?: number;
  readonly badFrom?: number;
  /** Below this value it is red: for what should be high. */
  readonly badBelow?: number;
}

export interface QuerySource {
  /** PromQL. Metrics and labels are held against those of the running services. */
  readonly expr: string;
  /** Names a series; `{{label}}` stands for its label. */
  readonly legend: string;
}

/** Narrows a selector to what is chosen above the dashboard. Without a label `namespace`, as outside of Kubernetes, "All" finds all. */
export const HERE = 'namespace=~"$namespace"';
export const CHOSEN = `${HERE},provider=~"$provider"`;
/** Long enough for a rate over any interval of scrapes; Grafana fills it in. */
export const WINDOW = '$__rate_interval';

/** Seconds that this part of the observations of a histogram stays below. `by`: labels beside `le`, with commas. */
export function quantile(part: number, histogram: string, selector: string, by = ''): string {
  const labels = by === '' ? 'le' : `le, ${by}`;
  return `histogram_quantile(${part}, sum by (${labels}) (rate(${histogram}_bucket{${selector}}[${WINDOW}])))`;
}

/** A rate a second, summed up by labels. */
export function rate(counter: string, selector: string, by: string): string {
  return `sum by (${by}) (rate(${counter}{${selector}}[${WINDOW}]))`;
}

/** What every replica reads from the same rows: the greatest counts, not the sum. */
export function told(gauge: string, selector: string, by: string): string {
  return by === '' ? `max(${gauge}{${selector}})` : `max by (${by}) (${gauge}{${selector}})`;
}
