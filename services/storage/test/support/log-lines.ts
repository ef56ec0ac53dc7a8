import { createLogger, type Logger } from '@shotloom/service-kit';

/** A real logger at its most talkative, and what it wrote. */
export class LogLines {
  readonly logger: Logger;
  private readonly lines: string[] = [];

  constructor() {
    const destination = { write: (line: string) => void this.lines.push(line) };
    this.logger = createLogger({ service: 'test', level: 'trace', destination });
  }

  text(): string {
    return this.lines.join('');
  }
}
