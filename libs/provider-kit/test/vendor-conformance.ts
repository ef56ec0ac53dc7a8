import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, newId, type CallOutcome, type ErrorCode } from '@shotloom/kernel';
import fc from 'fast-check';
import type { VendorAdapter, VendorTask } from '../src/vendor/vendor-adapter';
import type { VendorCredential } from '../src/vendor/vendor-account';
import type { CallbackVerdict } from '../src/vendor/vendor-callback';
import type { PollOutcome } from '../src/vendor/vendor-outcome';

/** What the suite needs of a simulator; faults are those of `@shotloom/vendor-simulators`. */
export interface ConformanceSimulator {
  readonly tasks: () => readonly { readonly taskId: string; readonly externalId: string | null }[];
  readonly script: (fault: { readonly kind: string } & Readonly<Record<string, unknown>>) => void;
  readonly clearFaults: () => void;
  readonly stop: () => Promise<void>;
}

/** An adapter in front of its simulator, whose time the suite moves. Made anew for each test. */
export interface ConformanceRig {
  readonly adapter: VendorAdapter;
  readonly simulator: ConformanceSimulator;
  readonly credential: VendorCredential;
  readonly task: (attemptId: string, callbackUrl: string | null) => VendorTask;
  /** From submitted to running; then to the end. */
  readonly letRun: () => void;
  readonly letFinish: () => void;
  /** Bodies of the vendor's answers so far, the newest last. */
  readonly answers: readonly unknown[];
  /** Adds a key at the vendor, and gives it as the next version; the old one stays valid until `revokeOldKey`. */
  readonly rotateKey: () => VendorCredential;
  readonly revokeOldKey: () => void;
}

/** One error of the vendor, as its simulator is told to make it, and what we must make of it on a submit. */
export interface ErrorCase {
  readonly vendorCode: string;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly outcome: CallOutcome;
}

export interface ConformanceSubject {
  readonly name: string;
  readonly start: () => Promise<ConformanceRig>;
  readonly errors: readonly ErrorCase[];
  /** Whether the vendor signs the callbacks of this way to it. */
  readonly signsCallbacks: boolean;
}

/** Milliseconds: a simulator on this machine that has not answered by then will not. */
const TIMEOUT_MS = 400;
const SHAPE_RUNS = 100;

/** The same tests for every vendor. One that does not pass is not registered. */
export function describeVendorConformance(subject: ConformanceSubject): void {
  describe(`${subject.name} conforms`, () => {
    let rig: ConformanceRig;
    beforeEach(async () => {
      rig = await subject.start();
    });
    afterEach(() => rig.simulator.stop());

    const call = (credential = rig.credential) => ({ credential, timeoutMs: TIMEOUT_MS });
    const submit = (attemptId: string, callbackUrl: string | null = null) =>
      rig.adapter.submit(rig.task(attemptId, callbackUrl), call());
    const refOf = (attemptId: string, vendorTaskId: string | null) => ({
      ...{ attemptId, externalTaskId: attemptId, vendorTaskId },
      operation: rig.task(attemptId, null).request.operation,
    });
    const pollOne = async (
      attemptId: string,
      vendorTaskId: string | null,
      credential = rig.credential,
    ): Promise<PollOutcome> => {
      const [answer] = await rig.adapter.poll([refOf(attemptId, vendorTaskId)], call(credential));
      expect(answer?.attemptId).toBe(attemptId);
      if (!answer) throw new Error('no answer');
      return answer.outcome;
    };
    const lookup = (attemptId: string) => rig.adapter.lookup?.(refOf(attemptId, null), call());
    const failureOf = async (work: Promise<unknown>): Promise<AppError> => {
      const error: unknown = await work.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(AppError);
      return error as AppError;
    };
    const boughtFor = (attemptId: string): number =>
      rig.simulator.tasks().filter(({ externalId }) => externalId === attemptId).length;

    it('has every method that it says it has', () => {
      const { capabilities, lookup: look, cancel, parseCallback } = rig.adapter;
      expect(look !== undefined).toBe(capabilities.lookup);
      expect(cancel !== undefined).toBe(capabilities.cancel);
      expect(parseCallback !== undefined).toBe(capabilities.callbacks !== 'none');
    });

    it('goes from submit to a video that can be fetched', async () => {
      const id = newId();
      const { vendorTaskId, externalTaskId, adopted } = await submit(id);
      expect({ externalTaskId, adopted }).toEqual({ externalTaskId: id, adopted: false });
      expect(await pollOne(id, vendorTaskId)).toMatchObject({ kind: 'running', phase: 'queued' });
      rig.letRun();
      expect(await pollOne(id, vendorTaskId)).toMatchObject({ kind: 'running', phase: 'running' });
      rig.letFinish();
      const done = await pollOne(id, vendorTaskId);
      if (done.kind !== 'succeeded') throw new Error(`it is ${done.kind}`);
      expect(done.cost?.amount).toMatch(/^\d/);
      const response = await fetch(done.videos[0]?.url ?? '');
      expect(Buffer.from(await response.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
    }, 30_000);

    it('answers for many tasks at once, in their order, also for one that is not there', async () => {
      const ids = Array.from({ length: 24 }, newId);
      const tasks = [];
      for (const id of ids) tasks.push(refOf(id, (await submit(id)).vendorTaskId));
      tasks.splice(3, 0, refOf(newId(), null));
      const answers = await rig.adapter.poll(tasks, call());
      expect(answers.map(({ attemptId }) => attemptId)).toEqual(tasks.map(({ attemptId }) => attemptId));
      expect(answers.map(({ outcome }) => outcome.kind)).toEqual(
        tasks.map((_task, index) => (index === 3 ? 'notFound' : 'running')),
      );
    });

    it.each(subject.errors)('makes $code of the vendor error $vendorCode', async (expected) => {
      const id = newId();
      const { vendorCode, code, retryable, outcome } = expected;
      rig.simulator.script({ kind: 'error', code: vendorCode, on: 'create', times: null });
      expect(await failureOf(submit(id))).toMatchObject({ code, retryable, outcome, vendorCode });
      expect(boughtFor(id)).toBe(0);
      rig.simulator.clearFaults();
      rig.simulator.script({ kind: 'error', code: vendorCode, on: 'query', times: null });
      expect((await pollOne(id, null)).kind).toMatch(/^(unavailable|notFound)$/);
    });

    it.each([
      ['cut', { kind: 'cut', accepted: true }],
      ['broken off', { kind: 'truncated' }],
      ['late', { kind: 'slow', ms: 3_600_000 }],
      ["a proxy's", { kind: 'http', status: 502, accepted: true }],
      ['not readable', { kind: 'body', body: 'OK' }],
    ])('finds the one task when the answer is %s, and never buys another', async (_what, fault) => {
      const id = newId();
      rig.simulator.script(fault);
      expect(await failureOf(submit(id))).toMatchObject({ code: 'submit_unknown', outcome: 'unknown' });
      expect(boughtFor(id)).toBe(1);
      const found = await lookup(id);
      const [task] = rig.simulator.tasks();
      expect(found).toMatchObject({ kind: 'found', vendorTaskId: task?.taskId });
      expect(await submit(id)).toMatchObject({ adopted: true, vendorTaskId: task?.taskId });
      expect(boughtFor(id)).toBe(1);
    });

    it('learns that there is no task when the request was lost with the answer', async () => {
      const id = newId();
      rig.simulator.script({ kind: 'cut', accepted: false });
      expect((await failureOf(submit(id))).outcome).toBe('unknown');
      expect(await lookup(id)).toEqual({ kind: 'notFound' });
    });

    it('does not know when the vendor cannot be asked', async () => {
      rig.simulator.script({ kind: 'http', status: 502, on: 'query', times: null });
      expect((await lookup(newId()))?.kind).toBe('unknown');
    });

    it.each([
      ['cut', { kind: 'cut', accepted: true }],
      ['broken off', { kind: 'truncated' }],
      ['late', { kind: 'slow', ms: 3_600_000 }],
      ["a proxy's", { kind: 'http', status: 504 }],
      ['not readable', { kind: 'body', body: [] }],
    ])('keeps an attempt alive when the answer to a poll is %s', async (_what, fault) => {
      const id = newId();
      const { vendorTaskId } = await submit(id);
      rig.simulator.script({ ...fault, on: 'query' });
      expect((await pollOne(id, vendorTaskId)).kind).toMatch(/^(unavailable|unreadable)$/);
      rig.letRun();
      rig.letFinish();
      expect((await pollOne(id, vendorTaskId)).kind).toBe('succeeded');
    });

    it('tells a failure at the vendor, typed', async () => {
      rig.simulator.script({ kind: 'task-fails', message: 'GPU fault' });
      const id = newId();
      const { vendorTaskId } = await submit(id);
      rig.letRun();
      rig.letFinish();
      const outcome = await pollOne(id, vendorTaskId);
      expect(outcome).toMatchObject({
        kind: 'failed',
        error: { code: 'provider_failed', outcome: 'accepted', vendorMessage: 'GPU fault' },
      });
    });

    it('does not guess at a status word that it does not know', async () => {
      rig.simulator.script({ kind: 'task-status', word: 'polishing' });
      const id = newId();
      const { vendorTaskId } = await submit(id);
      rig.letRun();
      expect(await pollOne(id, vendorTaskId)).toEqual({ kind: 'unknownStatus', word: 'polishing' });
      rig.letFinish();
      expect((await pollOne(id, vendorTaskId)).kind).toBe('succeeded');
    });

    it('works on with the key that an attempt began with, while a new one is in use', async () => {
      const [before, after] = [newId(), newId()];
      const old = await submit(before);
      const next = rig.rotateKey();
      const fresh = await rig.adapter.submit(rig.task(after, null), call(next));
      rig.letRun();
      rig.letFinish();
      expect((await pollOne(before, old.vendorTaskId)).kind).toBe('succeeded');
      expect((await pollOne(after, fresh.vendorTaskId, next)).kind).toBe('succeeded');
      rig.revokeOldKey();
      expect(await pollOne(before, old.vendorTaskId)).toMatchObject({
        kind: 'unavailable',
        error: { code: 'provider_auth_failed' },
      });
      expect((await pollOne(before, old.vendorTaskId, next)).kind).toBe('succeeded');
    });

    it('keeps keys out of its errors, also when the vendor repeats them', async () => {
      const secrets = Object.values(rig.credential.fields);
      rig.simulator.script({ kind: 'http', status: 400, body: `bad: ${secrets.join(' ')}` });
      const error = await failureOf(submit(newId()));
      const all = JSON.stringify([error.toRecord(), error.stack, String(error.cause)]);
      for (const secret of secrets) expect(all).not.toContain(secret);
    });

    it('checks a connection in words, good or bad', async () => {
      const good = await rig.adapter.testConnection(call());
      expect(good).toMatchObject({ ok: true });
      const fields = Object.fromEntries(
        Object.keys(rig.credential.fields).map((name) => [name, 'wrong-key']),
      );
      const bad = await rig.adapter.testConnection(call({ ...rig.credential, fields }));
      expect(bad.ok).toBe(false);
      expect(bad.checks.at(-1)?.detail).toMatch(/key/);
    });

    describe('wrong shapes', () => {
      const anything = fc.oneof(
        fc.constantFrom(undefined, null, '', 'text', 42, -1, true, [], {}),
        fc.jsonValue({ maxDepth: 1 }),
      );

      it('never take a create for a refusal, or throw what is not typed', async () => {
        await submit(newId());
        const paths = pathsOf(rig.answers.at(-1));
        expect(paths.length).toBeGreaterThan(3);
        await fc.assert(
          fc.asyncProperty(fc.constantFrom(...paths), anything, async (path, value) => {
            const id = newId();
            rig.simulator.script({ kind: 'shape', path, ...(value === undefined ? {} : { value }) });
            const result = await submit(id).catch((thrown: unknown) => thrown);
            if (result instanceof AppError) {
              expect(result).toMatchObject({ code: 'submit_unknown', outcome: 'unknown' });
            } else {
              expect(result).toMatchObject({ vendorTaskId: expect.stringMatching(/./) as string });
            }
            expect(boughtFor(id)).toBe(1);
          }),
          { numRuns: SHAPE_RUNS },
        );
      }, 60_000);

      it('never end an attempt, and never say that a task is missing', async () => {
        const id = newId();
        const { vendorTaskId } = await submit(id);
        rig.letRun();
        rig.letFinish();
        await pollOne(id, vendorTaskId);
        const paths = pathsOf(rig.answers.at(-1));
        await fc.assert(
          fc.asyncProperty(fc.constantFrom(...paths), anything, async (path, value) => {
            const fault = { kind: 'shape', on: 'query', path, ...(value === undefined ? {} : { value }) };
            rig.simulator.script(fault);
            const polled = await pollOne(id, vendorTaskId);
            expect(polled.kind).not.toBe('failed');
            if (polled.kind === 'succeeded') expect(polled.videos[0]?.url).toMatch(/^https?:/);
            rig.simulator.script(fault);
            const looked = await lookup(id);
            // An empty list is a good answer that says so.
            const emptied = path.length <= 2;
            if (!emptied) expect(looked?.kind).not.toBe('notFound');
          }),
          { numRuns: SHAPE_RUNS },
        );
      }, 60_000);
    });

    describe('callbacks', () => {
      let verdicts: CallbackVerdict[];
      let arrived: () => void;
      let url: string;
      let close: () => Promise<unknown>;

      beforeEach(async () => {
        verdicts = [];
        arrived = () => undefined;
        const receiver = createServer((request, response) => {
          const chunks: Buffer[] = [];
          request.on('data', (chunk: Buffer) => chunks.push(chunk));
          request.on('end', () => {
            response.end();
            const headers = request.headers as Record<string, string | undefined>;
            const incoming = { rawBody: Buffer.concat(chunks), headers, credential: rig.credential };
            const verdict = rig.adapter.parseCallback?.(incoming);
            if (verdict) verdicts.push(verdict);
            arrived();
          });
        });
        await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
        url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
        close = () =>
          new Promise((resolve) => {
            receiver.close(resolve);
            receiver.closeAllConnections();
          });
      });
      afterEach(() => close());

      const until = (count: number): Promise<void> =>
        new Promise((resolve) => {
          arrived = () => (verdicts.length >= count ? resolve() : undefined);
          arrived();
        });
      const trusted = subject.signsCallbacks ? 'verified' : 'hint';

      it('are recognised as the same when they come three times', async () => {
        rig.simulator.script({ kind: 'callbacks', mode: 'duplicate' });
        const { vendorTaskId } = await submit(newId(), url);
        rig.letRun();
        await until(3);
        expect(verdicts.map(({ kind }) => kind)).toEqual([trusted, trusted, trusted]);
        const ids = verdicts.map((verdict) =>
          verdict.kind === 'verified'
            ? verdict.deliveryId
            : verdict.kind === 'hint'
              ? verdict.vendorTaskId
              : '',
        );
        expect(new Set(ids).size).toBe(1);
        expect(verdicts[0]).toMatchObject({ vendorTaskId });
      });

      it('are not believed when they are forged', async () => {
        rig.simulator.script({ kind: 'callbacks', mode: 'forge' });
        const id = newId();
        const { vendorTaskId } = await submit(id, url);
        rig.letRun();
        await until(2);
        const believed = verdicts.filter((verdict) => verdict.kind === 'verified');
        for (const { outcome } of believed) expect(outcome.kind).toBe('running');
        if (subject.signsCallbacks) expect(verdicts.map(({ kind }) => kind)).toContain('refused');
        expect((await pollOne(id, vendorTaskId)).kind).toBe('running');
      });

      it('carry the result, or lead to it', async () => {
        const id = newId();
        const { vendorTaskId } = await submit(id, url);
        rig.letRun();
        rig.letFinish();
        await until(2);
        const kinds = verdicts.flatMap((verdict) =>
          verdict.kind === 'verified' ? [verdict.outcome.kind] : [],
        );
        expect(kinds.includes('succeeded')).toBe(subject.signsCallbacks);
        expect((await pollOne(id, vendorTaskId)).kind).toBe('succeeded');
      });
    });
  });
}

/** Where every field of an answer is. */
function pathsOf(value: unknown, at: readonly string[] = []): string[][] {
  const here = at.length > 0 ? [[...at]] : [];
  if (typeof value !== 'object' || value === null) return here;
  return [...here, ...Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...at, key]))];
}
