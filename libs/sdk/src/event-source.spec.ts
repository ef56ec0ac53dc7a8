import { EventParser, type ServerSentEvent } from './event-source';

const TEXT = [
  'retry: 2000\n\n',
  ': beat\n\n',
  'event: connected\r\ndata: {"id":"ü"}\r\n\r\n',
  'id: 1-2\nevent: status\ndata: {"a":1,\ndata: "b":2}\n\n',
  'data:no space\r\rid\ndata\n\n',
].join('');
const EVENTS: ServerSentEvent[] = [
  { id: undefined, event: 'connected', data: '{"id":"ü"}' },
  { id: '1-2', event: 'status', data: '{"a":1,\n"b":2}' },
  { id: undefined, event: 'message', data: 'no space' },
  { id: '', event: 'message', data: '' },
];

it.each([1, 2, 3, 7, 1_000])('reads the same events from pieces of %i', (size) => {
  const parser = new EventParser();
  const events: ServerSentEvent[] = [];
  for (let from = 0; from < TEXT.length; from += size)
    events.push(...parser.take(TEXT.slice(from, from + size)));
  expect(events).toEqual(EVENTS);
});

it('refuses an event that never ends', () => {
  const parser = new EventParser();
  expect(() => parser.take(`data: ${'x'.repeat(1_100_000)}`)).toThrow('too long');
});
