import { z } from 'zod';
import type { DeadLetterRecord } from '@shotloom/contracts';
import {
  discardLetter,
  listLetters,
  replayLetter,
  replayLetters,
  showLetter,
  type DeadLetterDone,
} from '../dead-letters';
import { listOutbox, replayOutbox, replayOutboxes } from '../dead-outbox';
import {
  EXIT,
  readNumber,
  readText,
  UsageError,
  type Command,
  type Invocation,
  type Outcome,
} from './command';
import { section } from './text';

const isId = (text: string | undefined): text is string => z.guid().safeParse(text).success;

function requireSeq(text: string | undefined): number {
  const seq = Number(text);
  if (Number.isSafeInteger(seq) && seq > 0) return seq;
  throw new UsageError(`"${text ?? ''}" is no sequence of a dead letter: \`dead-letters list\` shows them.`);
}

const list: Command = {
  name: 'dead-letters list',
  usage: '[--stream WORK] [--limit 50] [--before <seq>]',
  summary: 'messages that were given up, newest first, and those that the bus refused',
  options: { stream: { type: 'string' }, limit: { type: 'string' }, before: { type: 'string' } },
  positionals: [0, 0],
  async run({ connect, values }) {
    const limit = readNumber(values['limit'], { name: '--limit', otherwise: 50, most: 500 });
    const before = values['before'] === undefined ? undefined : requireSeq(readText(values['before']));
    const stream = readText(values['stream']);
    const { database, bus } = await connect();
    const letters = await listLetters(bus, { stream, limit, before });
    const outbox = stream === undefined && before === undefined ? await listOutbox(database, { limit }) : [];
    const refused = outbox.map(
      ({ id, type, subject, reason, deadAt }) => `${id} ${deadAt} ${type} for ${subject}: ${reason}`,
    );
    const text = [
      ...section('Given up by a consumer', letters.map(line)),
      ...section('Refused by the bus', refused),
    ];
    return {
      json: { letters, outbox },
      text: text.length === 0 ? ['There are no dead letters.'] : text.slice(1),
      exitCode: EXIT.ok,
    };
  },
};

const show: Command = {
  name: 'dead-letters show',
  usage: '<seq>',
  summary: 'one of them with its body; the queries of links are hidden',
  options: {},
  positionals: [1, 1],
  async run({ connect, positionals }) {
    const seq = requireSeq(positionals[0]);
    const letter = await showLetter((await connect()).bus, seq);
    const text = [
      line(letter),
      `subject ${letter.subject}, ${letter.deliveries} deliveries`,
      '',
      letter.body,
    ];
    return { json: letter, text, exitCode: EXIT.ok };
  },
};

const replay: Command = {
  name: 'dead-letters replay',
  usage: '<seq> | <outbox id> | --all [--stream WORK] | --all --outbox',
  summary: 'sends it to its first subject again, oldest first; handlers are idempotent',
  options: { all: { type: 'boolean' }, stream: { type: 'string' }, outbox: { type: 'boolean' } },
  positionals: [0, 1],
  async run(invocation) {
    const { connect, positionals, values } = invocation;
    if (values['all'] === true) return replayAll(invocation);
    if (positionals[0] === undefined) throw new UsageError('Say which one, or --all.');
    if (isId(positionals[0])) {
      const done = await replayOutbox((await connect()).database, positionals[0]);
      return { json: done, text: [`${done.id} is sent again.`], exitCode: EXIT.ok };
    }
    const seq = requireSeq(positionals[0]);
    return oneDone(await replayLetter(await connect(), seq));
  },
};

const discard: Command = {
  name: 'dead-letters discard',
  usage: '<seq>',
  summary: 'removes it for good; nothing brings it back',
  options: {},
  positionals: [1, 1],
  async run({ connect, positionals }) {
    if (isId(positionals[0]))
      throw new UsageError(
        'A message that the bus refused is never discarded: mend its cause and replay it.',
      );
    const seq = requireSeq(positionals[0]);
    return oneDone(await discardLetter(await connect(), seq));
  },
};

async function replayAll({ connect, positionals, values }: Invocation): Promise<Outcome> {
  if (positionals.length > 0) throw new UsageError('Either one or --all.');
  if (values['outbox'] === true) {
    const done = await replayOutboxes((await connect()).database);
    return { json: done, text: [`${done.length} messages are sent again.`], exitCode: EXIT.ok };
  }
  const done = await replayLetters(await connect(), { stream: readText(values['stream']) });
  const refused = done.filter((it) => it.done === 'refused');
  const text = [
    ...done.map(doneLine),
    `${done.length - refused.length} replayed, ${refused.length} refused.`,
  ];
  return { json: done, text, exitCode: refused.length > 0 ? EXIT.found : EXIT.ok };
}

function oneDone(done: DeadLetterDone): Outcome {
  return { json: done, text: [doneLine(done)], exitCode: EXIT.ok };
}

function doneLine({ seq, done, subject, type, jobId, logged, reason }: DeadLetterDone): string {
  if (done === 'refused') return `${seq} was refused: ${reason}`;
  const log = logged ? `; the log of job ${jobId} says so` : '';
  return `${seq} (${type} for ${subject}) was ${done}${log}.`;
}

function line({ seq, at, stream, durable, type, jobId, kind, reason }: DeadLetterRecord): string {
  return `${seq} ${at} ${stream}/${durable} ${type} ${jobId === null ? '' : `of job ${jobId} `}(${kind}): ${reason}`;
}

export const deadLetterCommands: readonly Command[] = [list, show, replay, discard];
