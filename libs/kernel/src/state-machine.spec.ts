import { defineStateMachine } from './state-machine';

const door = defineStateMachine<'open' | 'closed' | 'gone'>('closed', {
  open: ['closed', 'gone'],
  closed: ['open', 'gone'],
  gone: [],
});

it('allows what the table says and nothing else', () => {
  expect(door.can('open', 'closed')).toBe(true);
  expect(door.can('gone', 'open')).toBe(false);
  expect(door.isTerminal('gone')).toBe(true);
  expect(door.sourcesOf('gone')).toEqual(['open', 'closed']);
});

it('refuses a table with a state that nothing reaches', () => {
  expect(() => defineStateMachine<'a' | 'b'>('a', { a: [], b: [] })).toThrow('cannot be reached from a: b');
});

it('refuses a table with a state that never ends', () => {
  expect(() => defineStateMachine<'a' | 'b' | 'end'>('a', { a: ['b', 'end'], b: ['b'], end: [] })).toThrow(
    'never end: b',
  );
});

it('draws itself', () => {
  expect(door.toMermaid().split('\n')).toEqual(
    expect.arrayContaining(['  [*] --> closed', '  open --> gone', '  gone --> [*]']),
  );
});
