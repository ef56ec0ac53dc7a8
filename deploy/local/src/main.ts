import { resolve } from 'node:path';
import { HELP, parseOptions, type Options } from './options';
import { startCommand } from './start-command';
import { statusCommand } from './status-command';
import { stopCommand } from './stop-command';
import { openVoice, type Voice } from './terminal';

async function runCommand(options: Options, voice: Voice): Promise<number> {
  switch (options.command) {
    case 'start':
      return startCommand(options, voice);
    case 'stop':
      return stopCommand(options, voice);
    case 'status':
      return statusCommand(options, voice);
    case 'help':
      voice.say(HELP);
      return 0;
  }
}

async function main(): Promise<void> {
  const voice = openVoice();
  try {
    const options = parseOptions(process.argv.slice(2), process.env, resolve(__dirname, '..', '..', '..'));
    process.exitCode = await runCommand(options, voice);
  } catch (error) {
    const message = sentence(error);
    voice.say(`\nCould not do it: ${message}`);
    voice.tell({ type: 'failed', message });
    process.exitCode = 1;
  }
  // The channel to the program that started us would keep this process alive.
  if (process.connected) process.disconnect();
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && error.code === 'ENOSPC' ? 'the disk is full.' : error.message;
}

void main();
