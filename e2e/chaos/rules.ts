import { jobStateMachine } from '@shotloom/contracts';
import type { Facts, JobFact } from './facts';

export interface Violation {
  readonly rule: string;
  /** A job, a task, an object: where to look first. */
  readonly about: string;
  readonly text: string;
}

type Found = readonly (readonly [about: string, text: string])[];
type Rule = (facts: Facts) => Found;

const isTerminal = ({ status }: Pick<JobFact, 'status'>): boolean => jobStateMachine.isTerminal(status);
const isForged = (body: string): boolean => body.includes('/forged.mp4');
const twice = (ids: readonly string[]): string[] => [
  ...new Set(ids.filter((id, index) => ids.indexOf(id) !== index)),
];

/** What must be true at the end, whatever happened. Each is tried in rules.spec.ts on facts that break it. */
export const RULES: Readonly<Record<string, Rule>> = {
  /** Whoever got a 202 has a job. */
  'accepted is kept': ({ told, jobs }) => {
    const known = new Set(jobs.map(({ job_id }) => job_id));
    return told.flatMap(({ order, jobIds }) =>
      jobIds
        .filter((id) => !known.has(id))
        .map((id) => [id, `order ${order.number} was accepted, and there is no such job`] as const),
    );
  },

  /** A key gives the same jobs, however often it is sent; no order made more jobs than it was allowed to. */
  'asked twice is made once': ({ told, jobs }) =>
    told.flatMap(({ order, key, tries, jobIds, again, answer }) => {
      const made = jobs.filter(({ order_number }) => order_number === order.number).length;
      const most = order.variants * (key === null ? tries : 1);
      const problems: [string, string][] = [];
      if (made > most)
        problems.push([`order ${order.number}`, `${made} jobs, at most ${most} were asked for`]);
      if (made % order.variants !== 0) {
        problems.push([`order ${order.number}`, `${made} jobs, though ${order.variants} belong together`]);
      }
      if (answer === 'refused' && made > 0) {
        problems.push([`order ${order.number}`, `it was refused, and there are ${made} jobs`]);
      }
      for (const other of again) {
        if (other.toSorted().join() !== jobIds.toSorted().join()) {
          problems.push([`order ${order.number}`, `the same key gave ${jobIds.join()} and ${other.join()}`]);
        }
      }
      return problems;
    }),

  /** Nothing waits for ever; only an attempt whose answer was lost may, with its hold. */
  'every job ends': ({ jobs, holds }) => {
    const open = new Set(holds.filter(({ state }) => state === 'open').map(({ id }) => id));
    return jobs
      .filter((job) => !isTerminal(job) && !(job.conditions.includes('uncertain') && open.has(job.job_id)))
      .map((job) => [job.job_id, `it is ${job.status} [${job.conditions.join()}]`]);
  },

  'no attempt goes on without its job': ({ jobs, attempts }) => {
    const ended = new Set(jobs.filter(isTerminal).map(({ job_id }) => job_id));
    const over = ['stored', 'failed', 'cancelled'];
    return attempts
      .filter(({ job_id, status }) => ended.has(job_id) && !over.includes(status))
      .map(({ job_id, attempt_id, status }) => [job_id, `its attempt ${attempt_id} is ${status}`]);
  },

  /** What the vendor made belongs to one attempt of ours, and no attempt bought two. */
  'a task for an attempt': ({ tasks, attempts }) => {
    const known = new Map(attempts.map((attempt) => [attempt.attempt_id, attempt]));
    const owners = tasks.map(({ externalId }) => externalId ?? 'nobody');
    const doubled = twice(owners).map((id) => [id, 'the vendor has two tasks for this attempt'] as const);
    const strange = tasks.flatMap(({ taskId, externalId }): Found => {
      const attempt = known.get(externalId ?? '');
      if (attempt === undefined) return [[taskId, `this task is for ${externalId ?? 'nobody'}`]];
      const { vendor_task_id: ours } = attempt;
      if (ours === taskId) return [];
      return [
        [attempt.job_id, `the vendor calls its task ${taskId}, our row ${ours ?? 'has none'}`] as const,
      ];
    });
    const ids = attempts.flatMap(({ vendor_task_id: id }) => (id === null ? [] : [id]));
    return [...doubled, ...strange, ...twice(ids).map((id) => [id, 'two attempts have this task'] as const)];
  },

  /** Where a vendor takes an id twice, this would have been a second video. */
  'never sent again': ({ tasks, requests }) => {
    const creates = requests.filter(({ kind }) => kind === 'create');
    return tasks.flatMap(({ externalId, createdAt }) => {
      if (externalId === null) return [];
      const later = creates.filter(({ at, body }) => at > createdAt && body.includes(externalId));
      return later.map(
        ({ at }) => [externalId, `sent again ${at - createdAt} ms after it was taken`] as const,
      );
    });
  },

  /** Nobody listens while the gateway is dead, and 503 asks for another try; but what is listened to is told apart rightly. */
  'true callbacks are taken, forged ones are not': ({ callbacks }) =>
    callbacks.flatMap(({ id, body, status }): Found => {
      if (isForged(body)) return status !== null && status < 300 ? [[id, 'a forged callback was taken']] : [];
      const isTurnedAway = status !== null && status >= 400 && status < 500;
      return isTurnedAway ? [[id, `a true callback got ${status}: ${body.slice(0, 120)}`]] : [];
    }),

  'a video for a completed job': ({ jobs, assets, videos }) =>
    jobs.flatMap((job): Found => {
      const mine = assets.filter(({ job_id, deleted }) => job_id === job.job_id && !deleted);
      const wanted = job.deleted ? [] : [job.asset_id, job.late_asset_id].filter((id) => id !== null);
      const got = mine.map(({ asset_id }) => asset_id);
      if (got.toSorted().join() !== wanted.toSorted().join()) {
        return [
          [job.job_id, `${job.status}: has the assets [${got.join()}], should have [${wanted.join()}]`],
        ];
      }
      if (job.status === 'completed' && job.asset_id === null)
        return [[job.job_id, 'completed without a video']];
      if (job.status !== 'completed' && job.asset_id !== null)
        return [[job.job_id, `${job.status} with a video`]];
      const problem = videos.get(job.job_id);
      if (job.status !== 'completed' || job.deleted || problem === null) return [];
      return [[job.job_id, `its video: ${problem ?? 'was not looked at'}`]];
    }),

  /**
   * What came after the hard limit is its owner's, for nothing, where the vendor told of it: one that stays silent is looked at for as
   * long again as it was waited for, which the short waits of a run make very short.
   */
  'a late video is given': ({ jobs, attempts, tasks, callbacks }) =>
    attempts.flatMap(({ attempt_id, job_id, error_code }): Found => {
      const made = tasks.find((task) => task.externalId === attempt_id && task.status === 'succeeded');
      const job = jobs.find((one) => one.job_id === job_id);
      if (!made || error_code !== 'provider_timeout' || job === undefined || job.deleted) return [];
      const told = callbacks.some(
        ({ body, status }) =>
          status === 200 && body.includes(made.taskId) && /"succeed(ed)?"/.test(body) && !isForged(body),
      );
      return told && job.late_asset_id === null ? [[job_id, 'its video came late, and it has none']] : [];
    }),

  'every credit is where it belongs': ({ jobs, holds, attempts, balances, ledgerProblems }) => {
    const problems: [string, string][] = ledgerProblems.map((text) => ['ledger', text]);
    const byId = new Map(holds.map((hold) => [hold.id, hold]));
    for (const job of jobs) {
      const hold = byId.get(job.job_id);
      const delivering = attempts.filter(
        ({ job_id, status }) => job_id === job.job_id && status === 'stored',
      );
      const text = moneyProblem(job, hold, delivering);
      if (text !== undefined) problems.push([job.job_id, text]);
    }
    for (const { owner_id: owner, granted, available, held, captured } of balances) {
      if (available + held + captured !== granted) {
        problems.push([owner, `${granted} granted; ${available} + ${held} held + ${captured} captured`]);
      }
      const charged = jobs
        .filter(({ owner_user_id }) => owner_user_id === owner)
        .reduce((sum, { credits_captured }) => sum + credits_captured, 0);
      if (charged !== captured)
        problems.push([owner, `jobs took ${charged}, the ledger captured ${captured}`]);
    }
    return problems;
  },

  /** Each change of a job is told once and in order, and its end once. */
  'events in order, one end': ({ jobs, events }) => {
    const byJob = Map.groupBy(events, ({ job_id }) => job_id);
    const strangers = [...byJob.keys()].filter((id) => !jobs.some(({ job_id }) => job_id === id));
    return [
      ...strangers.map((id) => [id, 'events of a job that is not there'] as const),
      ...jobs.flatMap((job) => {
        const mine = byJob.get(job.job_id) ?? [];
        const versions = mine.map(({ version }) => version).join();
        const wanted = Array.from({ length: job.version }, (_none, index) => index + 1).join();
        const ends = mine.filter((event) => isTerminal(event) && !event.late).length;
        const problems: [string, string][] = [];
        if (versions !== wanted)
          problems.push([job.job_id, `versions ${versions}, and it is at ${job.version}`]);
        if (isTerminal(job) && ends !== 1) problems.push([job.job_id, `its end was told ${ends} times`]);
        return problems;
      }),
    ];
  },

  /** What a storage that was killed left of an attempt is tidied a day later; all else has a row. */
  'every object has a row': ({ objects, assets, attempts }) => {
    const living = assets.filter(({ deleted }) => !deleted);
    const rows = new Set(living.flatMap(({ object_key, poster_key }) => [object_key, poster_key]));
    const there = new Set(objects);
    const known = new Set(attempts.map(({ attempt_id }) => attempt_id));
    return [
      ...objects
        .filter((key) => !rows.has(key) && !isLeftover(key, known))
        .map((key) => [key, 'an object that no row knows'] as const),
      ...living
        .filter(({ object_key }) => !there.has(object_key))
        .map(({ object_key }) => [object_key, 'a row whose object is gone'] as const),
      ...assets
        .filter(({ deleted, object_key }) => deleted && there.has(object_key))
        .map(({ object_key }) => [object_key, 'the object of a deleted asset'] as const),
    ];
  },

  'no dead letters': ({ dead, deadOutbox, simulatorFailures }) => [
    ...dead.map(({ subject, reason }) => [subject, reason] as const),
    ...(deadOutbox > 0 ? [['outbox', `${deadOutbox} messages could not be published`] as const] : []),
    ...(simulatorFailures > 0 ? [['simulator', `it failed ${simulatorFailures} times itself`] as const] : []),
  ],
};

/** Under the prefix of an attempt that there is: a delivery that a killed process began. */
export function isLeftover(key: string, attempts: ReadonlySet<string>): boolean {
  const [prefix, attemptId] = key.split('/');
  return prefix === 'attempts' && attempts.has(attemptId ?? '');
}

function moneyProblem(
  job: JobFact,
  hold: Facts['holds'][number] | undefined,
  delivering: readonly Facts['attempts'][number][],
): string | undefined {
  if (hold === undefined) return 'it has no hold';
  const { state, captured_amount: captured, resolutions, amount } = hold;
  if (!isTerminal(job)) {
    return state === 'open' && job.credits_held === amount
      ? undefined
      : `it goes on, and its hold is ${state}`;
  }
  const wanted = job.status === 'completed' ? 'captured' : 'released';
  if (state !== wanted) return `it is ${job.status}, and its hold is ${state}`;
  if (resolutions !== 1) return `its hold was resolved ${resolutions} times`;
  if (job.credits_held !== 0) return `it has ended and still holds ${job.credits_held}`;
  if (captured !== job.credits_captured) return `it says ${job.credits_captured}, the hold ${captured}`;
  if (job.status !== 'completed') return captured === 0 ? undefined : `${captured} for no video`;
  const [only] = delivering;
  if (only === undefined || delivering.length > 1) return `${delivering.length} attempts delivered`;
  return captured === only.price_credits ? undefined : `${captured} for an attempt of ${only.price_credits}`;
}

export function findViolations(facts: Facts): Violation[] {
  return Object.entries(RULES).flatMap(([rule, find]) =>
    find(facts).map(([about, text]) => ({ rule, about, text })),
  );
}
