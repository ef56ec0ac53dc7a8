import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { helm } from '../../../deploy/chart/src/render';

const PROGRAM = resolve(__dirname, '../publishable-chart.mjs');
const DIGEST = `sha256:${'ab'.repeat(32)}`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'publishable-'));
  mkdirSync(join(folder, 'digests'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function publish(images = 'ghcr.io/owner/name'): { status: number | null; stderr: string } {
  const to = ['--digests', join(folder, 'digests'), '--out', join(folder, 'chart')];
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, '--images', images, ...to], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

it('makes a chart that installs the images of its registry, by digest where there is one', () => {
  writeFileSync(join(folder, 'digests/gateway'), DIGEST);
  expect(publish()).toEqual({ status: 0, stderr: '' });
  const rendered = helm(['template', 'demo', join(folder, 'chart')]);
  expect(rendered).toContain(`image: ghcr.io/owner/name/gateway@${DIGEST}\n`);
  expect(rendered).toMatch(/image: ghcr\.io\/owner\/name\/storage:\d+\.\d+\.\d+\n/);
  expect(rendered).not.toContain('image: shotloom/');
  expect(rendered).toMatch(/image: postgres:[\d.]+\n/);
  const listed = readFileSync(join(folder, 'chart/Chart.yaml'), 'utf8');
  expect(listed).toContain(`image: ghcr.io/owner/name/gateway@${DIGEST}`);
  expect(listed).not.toContain('image: shotloom/');
  expect(helm(['lint', '--strict', join(folder, 'chart')])).toContain('0 chart(s) failed');
});

it.each(['sha256:short', 'latest', `${DIGEST}\n- evil: true`])('refuses %j for a digest', (digest) => {
  writeFileSync(join(folder, 'digests/gateway'), digest);
  const { status, stderr } = publish();
  expect(status).toBe(1);
  expect(stderr).toContain('of gateway is not a digest');
});

it.each(['ghcr.io/Owner/Name', 'a\n  evil: true', 'a b'])('refuses %j for a name of images', (images) => {
  const { status, stderr } = publish(images);
  expect(status).toBe(1);
  expect(stderr).toContain('is no name of images');
});
