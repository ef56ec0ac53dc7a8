import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { jsonOf, type SimReply, type SimRequest } from '../core/sim-http';
import type { RunwayAccount } from './runway-accounts';
import { invalid } from './runway-errors';

interface Upload {
  readonly account: string;
  readonly policy: string;
  readonly createdAt: number;
  isThere: boolean;
}

const DAY_MS = 24 * 3_600_000;
const MAX_BYTES = 200 * 1024 * 1024;
const STORAGE = /^\/uploads\/([\w-]+)$/;
const bodySchema = z.object({ filename: z.string().min(1), type: z.literal('ephemeral') });

/** Places for files, and the store beside the API to which they are sent without a key. Known for a day; the bytes are only counted. */
export class RunwayUploads {
  private readonly uploads = new Map<string, Upload>();

  constructor(
    private readonly now: () => number,
    private readonly baseUrl: () => string,
  ) {}

  /** `POST /v1/uploads`. */
  create(account: RunwayAccount, request: SimRequest): SimReply {
    const body = bodySchema.safeParse(jsonOf(request));
    if (!body.success) throw invalid('filename', 'is required');
    const [id, policy] = [randomUUID(), randomUUID()];
    this.uploads.set(id, { account: account.name, policy, createdAt: this.now(), isThere: false });
    const fields = { key: `ephemeral/${id}`, policy };
    const answer = { uploadUrl: `${this.baseUrl()}/uploads/${id}`, fields, runwayUri: `runway://${id}` };
    return { status: 200, body: answer };
  }

  isStorage({ method, path }: SimRequest): boolean {
    return method === 'POST' && STORAGE.test(path);
  }

  /** The store: a form with all fields that were given, and the file at its end. */
  async store({ path, headers, rawBody }: SimRequest): Promise<SimReply> {
    const id = STORAGE.exec(path)?.[1] ?? '';
    const upload = this.uploads.get(id);
    const form = await new Response(new Uint8Array(rawBody), {
      headers: { 'content-type': headers['content-type'] ?? '' },
    })
      .formData()
      .catch(() => undefined);
    const file = form?.get('file');
    const isAllowed =
      upload !== undefined && form?.get('policy') === upload.policy && form.get('key') === `ephemeral/${id}`;
    // Keys of the API have no business at the store.
    if (!isAllowed || headers['authorization'] !== undefined) return denied(403, 'AccessDenied');
    if (!(file instanceof Blob)) return denied(400, 'InvalidArgument');
    if (file.size > MAX_BYTES) return denied(400, 'EntityTooLarge');
    upload.isThere = true;
    return { status: 204, body: Buffer.alloc(0) };
  }

  has(account: RunwayAccount, uri: string): boolean {
    const upload = this.uploads.get(uri.replace('runway://', ''));
    return upload?.account === account.name && upload.isThere && this.now() - upload.createdAt < DAY_MS;
  }
}

const denied = (status: number, code: string): SimReply => ({
  status,
  body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`),
  headers: { 'content-type': 'application/xml' },
});
