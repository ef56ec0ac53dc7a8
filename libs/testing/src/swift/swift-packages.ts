import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findTool } from '../infra/system-tool';

const run = promisify(execFile);
const PACKAGES = ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'python3-swift'];
const INSTALL = ['apt-get', 'install', '--yes', '--no-install-recommends', ...PACKAGES];
const INSTALL_LIMIT_MS = 10 * 60_000;

/** Installs Debian's Swift if it is missing and we may. Throws with the command to run if we may not. */
export async function ensureSwiftInstalled(): Promise<void> {
  if (findTool('swift-proxy-server') !== undefined) return;
  if (process.getuid?.() !== 0 || findTool('apt-get') === undefined) {
    throw new Error(
      `The S3 tests need OpenStack Swift, or TEST_S3_ENDPOINT. Install it: sudo ${INSTALL.join(' ')}`,
    );
  }
  // RUNLEVEL=1 keeps the packages from starting servers of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const options = { env, timeout: INSTALL_LIMIT_MS, maxBuffer: 16 * 1024 * 1024 };
  await run('apt-get', ['update', '--quiet'], options);
  await run('apt-get', INSTALL.slice(1), options);
}
