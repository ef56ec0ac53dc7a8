#!/usr/bin/env node
/**
 * `npm run release -- [version] [--dry-run]`: the next version of everything, by Nx Release. Without a version it follows from the
 * conventional commits since the last tag; the first release has to be told its own. Writes the version everywhere, CHANGELOG.md,
 * one commit and one tag; pushes nothing. See docs/releasing.md.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import nxRelease from 'nx/release/index.js';
import { setVersion } from './version-files.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false }, verbose: { type: 'boolean', default: false } },
  });
  const dryRun = values['dry-run'];
  const firstRelease = git('tag', '--list', 'v*') === '';
  const [specifier] = positionals;
  if (firstRelease && specifier === undefined) throw new Error('Nothing was released yet: say the version.');
  if (!dryRun && git('status', '--porcelain') !== '')
    throw new Error('There are changes that are not committed.');

  const shared = { dryRun, firstRelease, verbose: values.verbose };
  const noGit = { gitCommit: false, gitTag: false, stageChanges: false };
  const { workspaceVersion, projectsVersionData } = await nxRelease.releaseVersion({
    ...shared,
    ...noGit,
    ...(specifier === undefined ? {} : { specifier }),
  });
  if (!workspaceVersion) return console.log('No commit since the last release asks for another.');
  const files = setVersion(ROOT, workspaceVersion, { dryRun });
  console.log(
    `\n${dryRun ? 'Would write' : 'Wrote'} ${workspaceVersion} into: ${files.join(', ') || 'no further file'}`,
  );
  if (!dryRun) git('add', '--all');
  await nxRelease.releaseChangelog({
    ...shared,
    ...(firstRelease ? { from: git('rev-list', '--max-parents=0', 'HEAD').split('\n').at(-1) } : {}),
    // Until then the file is a draft of this entry.
    replaceExistingContents: firstRelease,
    version: workspaceVersion,
    versionData: projectsVersionData,
    gitCommit: true,
    gitTag: true,
    gitPush: false,
  });
  if (!dryRun && git('tag', '--points-at', 'HEAD', `v${workspaceVersion}`) === '')
    throw new Error(`Nx made no tag v${workspaceVersion}: what it said is above.`);
}

function git(...args) {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
}

main().then(
  // Nx leaves handles of its own open.
  () => process.exit(),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
