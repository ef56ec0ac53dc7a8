import type { DashboardSource, PanelSource } from './source';
import { variablesOf } from './variables';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;
const GRAFANA_WIDTH = 24;
const HEIGHT = { stat: 4, lines: 8, areas: 8, table: 8 } as const;
const TYPE = { stat: 'stat', lines: 'timeseries', areas: 'timeseries', table: 'table' } as const;

/** Where a panel lies, in cells; a dashboard is 24 wide. */
interface Placed {
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly [field: string]: unknown;
}

export interface GrafanaDashboard {
  readonly panels: readonly Placed[];
  readonly [field: string]: unknown;
}

/** The dashboard as a file for Grafana 10 or newer. */
export function toGrafana(source: DashboardSource): GrafanaDashboard {
  return {
    uid: source.uid,
    title: source.title,
    description: source.description,
    tags: ['shotloom'],
    editable: true,
    graphTooltip: 1,
    liveNow: false,
    refresh: '30s',
    schemaVersion: 39,
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [
      {
        ...{ type: 'dashboards', title: 'Shotloom', tags: ['shotloom'], asDropdown: true },
        ...{
          includeVars: true,
          keepTime: true,
          targetBlank: false,
          icon: 'external link',
          url: '',
          tooltip: '',
        },
      },
    ],
    templating: { list: variablesOf(source) },
    panels: placed(source),
  };
}

/** Left to right and down, a row of Grafana's above each of ours. */
function placed({ rows }: DashboardSource): Placed[] {
  const made: Placed[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    made.push({ ...rowOf(title, y), id: made.length + 1 });
    y += 1;
    let [x, tallest] = [0, 0];
    for (const panel of panels) {
      if (x + panel.width > GRAFANA_WIDTH) [x, y, tallest] = [0, y + tallest, 0];
      const at = { x, y, w: panel.width, h: HEIGHT[panel.kind] };
      made.push({ ...panelOf(panel), id: made.length + 1, gridPos: at });
      x += panel.width;
      tallest = Math.max(tallest, at.h);
    }
    y += tallest;
  }
  return made;
}

function rowOf(title: string, y: number): Placed {
  return { type: 'row', title, collapsed: false, panels: [], gridPos: { x: 0, y, w: GRAFANA_WIDTH, h: 1 } };
}

function panelOf(panel: PanelSource): object {
  const { title, kind, description, runbook } = panel;
  return {
    type: TYPE[kind],
    title,
    description: runbook === undefined ? description : `${description} Runbook: docs/runbooks/${runbook}.md.`,
    datasource: DATASOURCE,
    targets: panel.queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      ...(kind === 'table' ? { format: 'table', instant: true, range: false } : {}),
      ...(kind === 'stat' ? { instant: true, range: false } : {}),
    })),
    fieldConfig: { defaults: fieldsOf(panel), overrides: [] },
    options: optionsOf(panel),
    ...(kind === 'table' ? { transformations: WITHOUT_TIME } : {}),
    links:
      runbook === undefined
        ? []
        : [{ title: 'What to do', url: `\${repository}/docs/runbooks/${runbook}.md`, targetBlank: true }],
  };
}

/** An instant query tells the time of its answer in each row. */
const WITHOUT_TIME = [{ id: 'organize', options: { excludeByName: { Time: true } } }];

function fieldsOf(panel: PanelSource): object {
  const { kind, unit } = panel;
  const common = { unit, min: 0, thresholds: thresholdsOf(panel) };
  if (kind === 'stat' || kind === 'table') {
    const coloured = kind === 'stat' ? {} : { custom: { cellOptions: { type: 'color-text' } } };
    return { ...common, color: { mode: 'thresholds' }, noValue: '-', ...coloured };
  }
  const hasThresholds = panel.warnFrom ?? panel.badFrom ?? panel.badBelow;
  return {
    ...common,
    color: { mode: 'palette-classic' },
    custom: {
      drawStyle: 'line',
      lineWidth: 1,
      fillOpacity: kind === 'areas' ? 30 : 5,
      showPoints: 'never',
      stacking: { mode: kind === 'areas' ? 'normal' : 'none', group: 'A' },
      thresholdsStyle: { mode: hasThresholds === undefined ? 'off' : 'dashed' },
    },
  };
}

function thresholdsOf({ warnFrom, badFrom, badBelow }: PanelSource): object {
  const steps: { color: string; value: number | null }[] = [
    { color: badBelow === undefined ? 'green' : 'red', value: null },
  ];
  if (badBelow !== undefined) steps.push({ color: 'green', value: badBelow });
  if (warnFrom !== undefined) steps.push({ color: 'orange', value: warnFrom });
  if (badFrom !== undefined) steps.push({ color: 'red', value: badFrom });
  return { mode: 'absolute', steps };
}

function optionsOf({ kind }: PanelSource): object {
  if (kind === 'table') return { showHeader: true, footer: { show: false } };
  if (kind === 'stat') {
    const reduceOptions = { calcs: ['lastNotNull'], fields: '', values: false };
    return { reduceOptions, colorMode: 'value', graphMode: 'none', textMode: 'auto', justifyMode: 'auto' };
  }
  return {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  };
}
