import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runStep } from './run-step.mjs';

const EXTRA_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];
const CJK_FONTS = [
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc',
  '/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc',
];

/** What cannot come from npm: how to see that it is there, and Debian's package for it. */
const NEEDS = {
  'nats-server': { package: 'nats-server', isThere: () => isProgram('nats-server') },
  ffmpeg: { package: 'ffmpeg', isThere: () => isProgram('ffmpeg') && isProgram('ffprobe') },
  'a Chinese font': { package: 'fonts-noto-cjk', isThere: () => CJK_FONTS.some((path) => existsSync(path)) },
  setpriv: { package: 'util-linux', isThere: () => isProgram('setpriv') },
  chromium: { package: 'chromium', isThere: () => isProgram('chromium') },
  swift: {
    package: ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'python3-swift'],
    isThere: () => isProgram('swift-proxy-server') && isProgram('swift-object-server'),
  },
  promtool: { package: 'prometheus', isThere: () => isProgram('promtool') },
  unzip: { package: 'unzip', isThere: () => isProgram('unzip') },
  pgbench: { package: 'postgresql', isThere: () => hasPostgresProgram('pgbench') },
  // The Postgres that comes with us has no programs for backups.
  pg_dump: {
    package: 'postgresql',
    isThere: () => hasPostgresProgram('pg_dump') && hasPostgresProgram('postgres'),
  },
};

export const RUNTIME_TOOLS = ['nats-server', 'ffmpeg', 'a Chinese font', 'setpriv'];
export const TEST_TOOLS = [...RUNTIME_TOOLS, 'chromium', 'swift', 'unzip', 'promtool', 'pg_dump'];
export const BENCH_TOOLS = [...RUNTIME_TOOLS, 'pgbench'];

/** Installs what is missing where we may, else names the exact command. */
export async function ensureSystemTools(names) {
  const missing = names.filter((name) => !NEEDS[name].isThere());
  if (missing.length === 0) return;
  const packages = missing.flatMap((name) => NEEDS[name].package);
  if (process.getuid?.() !== 0 || !isProgram('apt-get')) {
    throw new Error(
      `Missing: ${missing.join(', ')}. Run \`sudo apt-get install -y ${packages.join(' ')}\` and try again.`,
    );
  }
  await aptInstall(`Installing ${missing.join(', ')}`, packages);
  const still = missing.filter((name) => !NEEDS[name].isThere());
  if (still.length > 0) throw new Error(`${still.join(', ')} is still missing after apt-get install.`);
}

/**
 * Package lists may be missing or old, so a failed install is tried once more after an update. RUNLEVEL=1 keeps packages
 * from starting servers of their own, on ports that we would not know of.
 */
async function aptInstall(label, packages) {
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
  const settings = { env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }, log: 'apt-get.log' };
  const install = [...options, 'install', '-y', '--no-install-recommends', ...packages];
  try {
    await runStep(label, 'apt-get', install, settings);
  } catch {
    await runStep('Updating the package lists', 'apt-get', [...options, 'update'], settings);
    await runStep(label, 'apt-get', install, settings);
  }
}

/** Debian keeps it beside each server's programs; what is in PATH is a wrapper that may find none. */
function hasPostgresProgram(name) {
  const folder = '/usr/lib/postgresql';
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  return versions.some((version) => existsSync(join(folder, version, 'bin', name)));
}

function isProgram(name) {
  return [...(process.env.PATH ?? '').split(delimiter), ...EXTRA_FOLDERS].some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
