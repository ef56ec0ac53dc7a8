import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readExposed } from '../src/exposed-metrics';
import { metricsPage } from '../src/metrics-page';

const PAGE = join(__dirname, '../../../docs/metrics.md');

it('lists in docs/metrics.md what the services show; `npm run dashboards` writes it', () => {
  const wanted = metricsPage(readExposed());
  if (process.env['UPDATE_DASHBOARDS'] === '1') writeFileSync(PAGE, wanted);
  expect(readFileSync(PAGE, 'utf8')).toBe(wanted);
});
