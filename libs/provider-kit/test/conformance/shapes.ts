import { AppError, newId } from '@shotloom/kernel';
import fc from 'fast-check';
import type { Bench } from './bench';

const RUNS = 100;
const anything = fc.oneof(
  fc.constantFrom(undefined, null, '', 'text', 42, -1, true, [], {}),
  fc.jsonValue({ maxDepth: 1 }),
);

/** Every field of every answer, gone or of another type. */
export function describeShapes(bench: () => Bench, isLookedUp: boolean): void {
  describe('wrong shapes', () => {
    it('never take a create for a refusal, or throw what is not typed', async () => {
      const { rig, submit, bought } = methodsOf(bench());
      await submit(newId());
      const paths = pathsOf(rig.answers.at(-1));
      expect(paths.length).toBeGreaterThan(0);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...paths), anything, async (path, value) => {
          const before = bought();
          rig.simulator.script({ kind: 'shape', path, ...(value === undefined ? {} : { value }) });
          const result = await submit(newId()).catch((thrown: unknown) => thrown);
          if (result instanceof AppError) {
            expect(result).toMatchObject({ code: 'submit_unknown', outcome: 'unknown' });
          } else {
            expect(result).toMatchObject({ vendorTaskId: expect.stringMatching(/./) as string });
          }
          expect(bought()).toBe(before + 1);
        }),
        { numRuns: RUNS },
      );
    }, 60_000);

    it('never end an attempt, and never say that a task is missing', async () => {
      const { rig, submit, pollOne, lookup } = methodsOf(bench());
      const id = newId();
      const { vendorTaskId } = await submit(id);
      rig.letRun();
      rig.letFinish();
      const before = rig.answers.length;
      await pollOne(id, vendorTaskId);
      // A poll may take several calls: each field of each of their answers.
      const fields = rig.answers
        .slice(before)
        .flatMap((answer, skip) => pathsOf(answer).map((path) => ({ skip, path })));
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...fields), anything, async (field, value) => {
          const fault = { kind: 'shape', on: 'query', ...field, ...(value === undefined ? {} : { value }) };
          rig.simulator.clearFaults();
          rig.simulator.script(fault);
          const polled = await pollOne(id, vendorTaskId);
          expect(polled.kind).not.toBe('failed');
          if (polled.kind === 'succeeded') expect(polled.videos[0]?.url).toMatch(/^https?:/);
          if (!isLookedUp) return;
          rig.simulator.clearFaults();
          rig.simulator.script(fault);
          const looked = await lookup(id);
          // An empty list is a good answer that says so.
          const emptied = field.path.length <= 2;
          if (!emptied) expect(looked?.kind).not.toBe('notFound');
        }),
        { numRuns: RUNS },
      );
    }, 60_000);
  });
}

function methodsOf(bench: Bench) {
  return {
    rig: bench.rig,
    submit: bench.submit.bind(bench),
    pollOne: bench.pollOne.bind(bench),
    lookup: bench.lookup.bind(bench),
    bought: bench.bought.bind(bench),
  };
}

/** Where every field of an answer is. */
function pathsOf(value: unknown, at: readonly string[] = []): string[][] {
  const here = at.length > 0 ? [[...at]] : [];
  if (typeof value !== 'object' || value === null) return here;
  return [...here, ...Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...at, key]))];
}
