/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** Longer than any event of ours: what never ends must not fill the memory. Characters. */
const MOST_BUFFERED = 1_048_576;

/**
 * Takes the text of an event stream apart, wherever it is cut. Pure but for what it keeps of an event that is not whole yet. Lines end with
 * LF, CR LF or CR; a CR at the end of a piece waits for what follows it.
 */
export class EventParser {
  private rest = '';
  private id: string | undefined;
  private event = '';
  private data: string[] = [];

  /** The events that are whole now. Throws where one grows beyond all measure. */
  take(text: string): ServerSentEvent[] {
    this.rest += text;
    const ends = this.rest.endsWith('\r') ? this.rest.length - 1 : this.rest.length;
    const lines = this.rest.slice(0, ends).split(/\r\n|\n|\r/);
    this.rest = (lines.pop() ?? '') + this.rest.slice(ends);
    if (this.rest.length > MOST_BUFFERED) throw new Error('An event of the stream is too long.');
    return lines.flatMap((line) => this.line(line) ?? []);
  }

  private line(line: string): ServerSentEvent | undefined {
    if (line === '') return this.dispatch();
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'id' && !value.includes('\0')) this.id = value;
    if (name === 'event') this.event = value;
    if (name === 'data') this.data.push(value);
    return undefined;
  }

  private dispatch(): ServerSentEvent | undefined {
    const { id, event, data } = this;
    this.id = undefined;
    this.event = '';
    this.data = [];
    return data.length === 0 ? undefined : { id, event: event || 'message', data: data.join('\n') };
  }
}
