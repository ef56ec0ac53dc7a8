import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The reports here are written after npm's documentation and the code of its report (version 2), not recorded: no registry that
 * answers an audit was at hand. What is recorded is the refusal, word for word in its shape.
 */
const PROGRAM = resolve(__dirname, '../audit.mjs');
const REFUSAL = {
  message: '405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk',
  method: 'POST',
  uri: 'https://registry.example/-/npm/v1/security/advisories/bulk',
  headers: { allow: ['GET,HEAD'] },
  statusCode: 405,
  body: '',
  error: { summary: '', detail: '' },
};
const EXCEPTION = {
  advisory: 'GHSA-aaaa-bbbb-cccc',
  package: 'deep',
  reason: 'the function is not called',
  expires: '2026-03-01',
};
const TODAY = '2026-01-15';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** An advisory against `deep`, and `outer`, which is named only because it depends on it. */
function reportOf(severity: string): object {
  const cause = {
    source: 1100000,
    name: 'deep',
    dependency: 'deep',
    title: 'Prototype pollution',
    url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
    severity,
    cwe: ['CWE-1321'],
    cvss: { score: 7.5, vectorString: null },
    range: '<1.2.3',
  };
  const common = { severity, isDirect: false, fixAvailable: true };
  return {
    auditReportVersion: 2,
    vulnerabilities: {
      deep: {
        ...common,
        name: 'deep',
        via: [cause],
        effects: ['outer'],
        range: '<1.2.3',
        nodes: ['node_modules/deep'],
      },
      outer: {
        ...common,
        name: 'outer',
        via: ['deep'],
        effects: [],
        range: '*',
        nodes: ['node_modules/outer'],
      },
    },
    metadata: {
      vulnerabilities: { info: 0, low: 0, moderate: 0, high: 2, critical: 0, total: 2 },
      dependencies: { prod: 10, dev: 5, optional: 0, peer: 0, peerOptional: 0, total: 15 },
    },
  };
}

const NOTHING = { auditReportVersion: 2, vulnerabilities: {}, metadata: { vulnerabilities: { total: 0 } } };

interface Case {
  readonly production?: unknown;
  readonly all?: unknown;
  readonly exceptions?: unknown;
  readonly today?: string;
}

function audit({ production = NOTHING, all = production, exceptions = [], today = TODAY }: Case): {
  status: number | null;
  output: string;
} {
  const args = Object.entries({ production, all, exceptions }).flatMap(([name, content]) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return [`--${name}`, file];
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args, '--today', today], {
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

it('is content where nothing is known', () => {
  expect(audit({})).toEqual({ status: 0, output: '0 advisories, 0 exceptions, 0 problems.\n' });
});

it('counts an advisory once, however many packages lead to it, and says where it is', () => {
  const { status, output } = audit({ production: reportOf('high') });
  expect(status).toBe(1);
  expect(output).toContain(
    'GHSA-aaaa-bbbb-cccc (deep <1.2.3, high, runs): Prototype pollution; at node_modules/deep;',
  );
  expect(output).toContain('1 advisories, 0 exceptions, 1 problems.');
});

it.each([
  ['what runs', 'low', 0],
  ['what runs', 'moderate', 1],
  ['what runs', 'critical', 1],
  ['what runs', 'unheard-of', 1],
  ['development', 'moderate', 0],
  ['development', 'high', 1],
])('holds %s to its limit: %s', (where, severity, status) => {
  const report = reportOf(severity);
  expect(audit(where === 'what runs' ? { production: report } : { all: report }).status).toBe(status);
});

it('excuses what has a reason and a date', () => {
  expect(audit({ production: reportOf('high'), exceptions: [EXCEPTION] })).toMatchObject({ status: 0 });
});

it.each([
  ['has expired', { ...EXCEPTION, expires: '2026-01-14' }, 'the exception expired on 2026-01-14'],
  ['lasts too long', { ...EXCEPTION, expires: '2027-01-14' }, 'look again sooner'],
  ['is for another package', { ...EXCEPTION, package: 'outer' }, 'nothing needs this exception'],
  ['has no reason', { ...EXCEPTION, reason: '' }, 'needs advisory, package, reason and expires'],
  ['has no date', { ...EXCEPTION, expires: undefined }, 'needs advisory, package, reason and expires'],
])('stops at an exception that %s', (_what, exception, problem) => {
  const { status, output } = audit({ production: reportOf('high'), exceptions: [exception] });
  expect(status).toBe(1);
  expect(output).toContain(problem);
});

it.each([
  ['refuses', REFUSAL, '405 Method Not Allowed'],
  ['says nothing', '', 'nothing at all'],
  ['answers with a page', '<html>proxy</html>', '<html>proxy</html>'],
  ['answers with another report', { auditReportVersion: 3 }, 'not with a report of version 2'],
])('does not take it for good news when the registry %s', (_what, all, reason) => {
  const { status, output } = audit({ all });
  expect(status).toBe(2);
  expect(output).toContain(reason);
});

it('has exceptions of its own that are whole', () => {
  const exceptions: unknown = JSON.parse(
    readFileSync(resolve(__dirname, '../audit-exceptions.json'), 'utf8'),
  );
  const { output } = audit({ exceptions });
  expect(output).not.toContain('needs advisory');
  expect(output).not.toContain('more than');
});
