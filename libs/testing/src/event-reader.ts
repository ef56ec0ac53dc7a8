import { get, type IncomingMessage } from 'node:http';
import { waitFor } from './wait-for';

export interface ReceivedEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Reads server-sent events as a browser does, and remembers all of them. */
export class EventReader {
  readonly events: ReceivedEvent[] = [];
  comments = 0;
  closed = false;
  private rest = '';

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.take(text));
    response.on('error', () => undefined);
    response.on('close', () => {
      this.closed = true;
    });
  }

  static async connect(port: number, key: string, options: { lastEventId?: string; query?: string } = {}) {
    const headers = {
      authorization: `Bearer ${key}`,
      ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
    };
    const url = `http://127.0.0.1:${port}/api/v1/events${options.query ?? ''}`;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { headers, agent: false }, resolve).on('error', reject);
    });
    return new EventReader(response);
  }

  get names(): string[] {
    return this.events.map(({ event }) => event);
  }

  get lastId(): string | undefined {
    return this.events.findLast(({ id }) => id !== undefined)?.id;
  }

  get versions(): unknown[] {
    return this.events.filter(({ event }) => event === 'status').map(({ data }) => data['version']);
  }

  async until(name: string, count = 1): Promise<void> {
    const enough = (): boolean => this.names.filter((one) => one === name).length >= count;
    await waitFor(enough, { what: `${count} ${name} among ${JSON.stringify(this.events)}` });
  }

  close(): void {
    this.response.destroy();
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.read(block);
  }

  private read(block: string): void {
    const fields = new Map(
      block
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
    );
    if (block.startsWith(':')) this.comments += 1;
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({
      id: fields.get('id'),
      event: fields.get('event') ?? 'message',
      data: JSON.parse(data) as Record<string, unknown>,
    });
  }
}
