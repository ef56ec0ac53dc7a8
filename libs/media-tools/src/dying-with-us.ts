import { spawnSync } from 'node:child_process';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * A command that the kernel ends when we die, however we die: nobody else would end an ffmpeg whose worker was killed, and
 * it would go on using the processor. Needs util-linux's `setpriv` (busybox's cannot); elsewhere the command is as it was.
 */
export function dyingWithUs({ command, args }: Command): Command {
  if (!canDieWithUs()) return { command, args };
  return { command: 'setpriv', args: [...PRIVILEGES, command, ...args] };
}

const PRIVILEGES = ['--pdeathsig', 'KILL', '--'];
let answer: boolean | undefined;

/** Tried once, since the program may be there and not know the option. */
function canDieWithUs(): boolean {
  answer ??= spawnSync('setpriv', [...PRIVILEGES, 'true'], { stdio: 'ignore' }).status === 0;
  return answer;
}
