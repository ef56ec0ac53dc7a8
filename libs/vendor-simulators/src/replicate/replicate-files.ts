import { createHash, randomUUID } from 'node:crypto';
import type { SimReply, SimRequest } from '../core/sim-http';
import type { ReplicateAccount } from './replicate-accounts';
import { invalidInput, ReplicateError } from './replicate-errors';

interface StoredFile {
  readonly id: string;
  readonly account: string;
  readonly view: Record<string, unknown>;
  readonly expiresAt: number;
}

const MAX_BYTES = 100 * 1024 * 1024;
const DAY_MS = 24 * 3_600_000;

/** What was uploaded, known for a day; the bytes are only counted. */
export class ReplicateFiles {
  private readonly files = new Map<string, StoredFile>();

  constructor(
    private readonly now: () => number,
    private readonly baseUrl: () => string,
  ) {}

  async create(account: ReplicateAccount, { headers, rawBody }: SimRequest): Promise<SimReply> {
    const form = await new Response(new Uint8Array(rawBody), {
      headers: { 'content-type': headers['content-type'] ?? '' },
    })
      .formData()
      .catch(() => undefined);
    const content = form?.get('content');
    if (!(content instanceof Blob)) throw invalidInput('content', 'content is required');
    if (content.size > MAX_BYTES) throw invalidInput('content', 'is larger than 100 MiB');
    const id = randomUUID().replaceAll('-', '');
    const [now, expiresAt] = [this.now(), this.now() + DAY_MS];
    const bytes = Buffer.from(await content.arrayBuffer());
    const view = {
      ...{ id, name: content instanceof File ? content.name : 'file', content_type: content.type },
      ...{ size: content.size, etag: id, metadata: await metadataOf(form?.get('metadata') ?? null) },
      checksums: { sha256: createHash('sha256').update(bytes).digest('hex') },
      created_at: new Date(now).toISOString(),
      expires_at: new Date(expiresAt).toISOString(),
      urls: { get: `${this.baseUrl()}/v1/files/${id}` },
    };
    this.files.set(id, { id, account: account.name, view, expiresAt });
    return { status: 201, body: view };
  }

  get(account: ReplicateAccount, id: string): SimReply {
    return { status: 200, body: this.find(account, id).view };
  }

  remove(account: ReplicateAccount, id: string): SimReply {
    this.files.delete(this.find(account, id).id);
    return { status: 204, body: Buffer.alloc(0) };
  }

  /** Refuses an address of ours whose file is gone, which the model could not fetch. */
  check(account: ReplicateAccount, input: Readonly<Record<string, unknown>>): void {
    const prefix = `${this.baseUrl()}/v1/files/`;
    for (const [field, value] of Object.entries(input)) {
      if (typeof value !== 'string' || !value.startsWith(prefix)) continue;
      const file = this.files.get(value.slice(prefix.length));
      if (file?.account !== account.name || file.expiresAt <= this.now()) {
        throw invalidInput(`input.${field}`, 'the file does not exist');
      }
    }
  }

  private find(account: ReplicateAccount, id: string): StoredFile {
    const file = this.files.get(id);
    if (file?.account !== account.name || file.expiresAt <= this.now()) throw new ReplicateError(404);
    return file;
  }
}

async function metadataOf(value: string | File | null): Promise<unknown> {
  if (value === null) return {};
  try {
    return JSON.parse(typeof value === 'string' ? value : await value.text()) as unknown;
  } catch {
    throw invalidInput('metadata', 'is not JSON');
  }
}
