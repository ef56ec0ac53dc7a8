import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { jsonOf, type SimReply, type SimRequest } from '../core/sim-http';
import type { LovartAccount } from './lovart-accounts';
import { LovartError } from './lovart-errors';

interface Project {
  readonly account: string;
  readonly readyAt: number;
  name: string;
}

const saveSchema = z.object({
  project_id: z.string(),
  canvas: z.string().optional(),
  project_cover_list: z.array(z.unknown()).optional(),
  pic_count: z.int().optional(),
  project_type: z.literal(3).optional(),
  project_name: z.string().optional(),
  action: z.literal('rename').optional(),
});
const artifactSchema = z.object({
  ...{ project_id: z.string(), artifact_type: z.string().min(1), artifact_content: z.url() },
});
export const envelope = (data: unknown): SimReply => ({
  status: 200,
  body: { code: 0, message: 'ok', data },
});

/** Projects, and the files that were given to them. */
export class LovartProjects {
  private readonly projects = new Map<string, Project>();
  private readonly files = new Map<string, string>();

  constructor(
    private readonly now: () => number,
    /** Milliseconds until a new project is valid. */
    private readonly readyMs: number,
    private readonly baseUrl: () => string,
  ) {}

  /** `POST /project/save`: makes one, or renames it. */
  save(account: LovartAccount, request: SimRequest): SimReply {
    const body = saveSchema.safeParse(jsonOf(request));
    if (!body.success) throw new LovartError('400', z.prettifyError(body.error));
    const { project_id: id, project_name: name = 'Untitled' } = body.data;
    if (id !== '') {
      this.of(account, id).name = name;
      return envelope({ project_id: id });
    }
    const made = randomUUID().replaceAll('-', '');
    this.projects.set(made, { account: account.name, readyAt: this.now() + this.readyMs, name });
    return envelope({ project_id: made });
  }

  /** `GET /project/validate`. */
  validate(account: LovartAccount, id: string): SimReply {
    const project = this.projects.get(id);
    const valid = project?.account === account.name && project.readyAt <= this.now();
    return envelope({ valid, project_name: valid ? project.name : '' });
  }

  /** Throws 404 for one that is not there, or not yet. */
  requireReady(account: LovartAccount, id: string): void {
    if (this.of(account, id).readyAt > this.now()) throw new LovartError('404', 'The project does not exist');
  }

  /** `POST /file/upload`; the bytes are only counted. */
  async upload(account: LovartAccount, { headers, rawBody }: SimRequest): Promise<SimReply> {
    const type = headers['content-type'] ?? '';
    const form = await new Response(new Uint8Array(rawBody), { headers: { 'content-type': type } })
      .formData()
      .catch(() => undefined);
    const file = form?.get('file');
    if (!(file instanceof Blob) || file.size === 0) throw new LovartError('400', 'file is required');
    const url = `${this.baseUrl()}/uploads/${randomUUID()}`;
    this.files.set(url, account.name);
    return envelope({ url });
  }

  /** `POST /artifact/upload`: a file of the account on a project's canvas. */
  artifact(account: LovartAccount, request: SimRequest): SimReply {
    const body = artifactSchema.safeParse(jsonOf(request));
    if (!body.success) throw new LovartError('400', z.prettifyError(body.error));
    this.requireReady(account, body.data.project_id);
    this.requireFile(account, body.data.artifact_content);
    return envelope({ artifact_id: randomUUID() });
  }

  /** An upload of the account's, or an https address. Throws 400. */
  requireFile({ name }: LovartAccount, url: string): void {
    if (this.files.get(url) === name || url.startsWith('https://')) return;
    throw new LovartError('400', `The attachment cannot be read: ${url}`);
  }

  private of({ name }: LovartAccount, id: string): Project {
    const project = this.projects.get(id);
    if (project?.account !== name) throw new LovartError('404', 'The project does not exist');
    return project;
  }
}
