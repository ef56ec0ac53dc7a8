import { z } from 'zod';
import type { SentCallback } from './callback-sender';
import { faultSchema, type Fault } from './faults';
import type { RequestLog } from './request-log';
import { jsonOf, type SimReply, type SimRequest } from './sim-http';

/** One task at the vendor, as a test wants to see it. */
export interface SimTask {
  readonly taskId: string;
  readonly externalId: string | null;
  readonly account: string;
  /** The vendor's own word now. */
  readonly status: string;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  /** What it cost so far, in the vendor's unit. */
  readonly cost: string;
}

/** What can be seen and scripted of a simulator, in process and under `/_sim/`. */
export interface Controlled {
  readonly tasks: () => readonly SimTask[];
  /** What was sent, forged ones too, with what was answered. */
  readonly callbacks: () => readonly SentCallback[];
  readonly script: (fault: Fault) => void;
  readonly clearFaults: () => void;
  /** The fields of a credential that it accepts, named as the adapter of the vendor reads them. */
  readonly credential: () => Readonly<Record<string, string>>;
}

/**
 * `GET /_sim/tasks`, `GET /_sim/callbacks`, `GET /_sim/requests`, `GET /_sim/counts`, `GET /_sim/credential`,
 * `POST /_sim/faults` (one or a list), `DELETE /_sim/faults`.
 * For chaos and benchmarks, where the simulator is a process of its own.
 */
export function control(
  controlled: Controlled,
  log: RequestLog,
  failures: readonly string[],
  request: SimRequest,
): SimReply {
  const what = `${request.method} ${request.path}`;
  switch (what) {
    case 'GET /_sim/tasks':
      return ok(controlled.tasks());
    case 'GET /_sim/callbacks':
      return ok(controlled.callbacks());
    case 'GET /_sim/requests':
      return ok(log.list());
    case 'GET /_sim/counts':
      return ok({ requests: log.counts(), tasks: controlled.tasks().length, failures: failures.length });
    case 'GET /_sim/credential':
      return ok({ fields: controlled.credential() });
    case 'POST /_sim/faults':
      return scriptAll(controlled, jsonOf(request));
    case 'DELETE /_sim/faults':
      controlled.clearFaults();
      return ok({ cleared: true });
    default:
      return { status: 404, body: { error: `There is no ${what}.` } };
  }
}

function scriptAll(controlled: Controlled, body: unknown): SimReply {
  const faults = z.union([faultSchema.transform((fault) => [fault]), z.array(faultSchema)]).safeParse(body);
  if (!faults.success) return { status: 400, body: { error: z.prettifyError(faults.error) } };
  for (const fault of faults.data) controlled.script(fault);
  return ok({ scripted: faults.data.length });
}

const ok = (body: unknown): SimReply => ({ status: 200, body });
