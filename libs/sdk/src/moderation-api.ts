import type { CallSignal } from './jobs-api';
import { pageQuery, type PageOptions } from './pages';
import type { Transport } from './transport';
import type { Moderate, Moderated, ModerationItemResource, ModerationPage, ModerationQuery } from './types';

const PATH = '/api/v1/admin/gallery';

export interface ModerationOptions extends PageOptions {
  /** Videos or comments. Default `entry`. */
  readonly kind?: ModerationQuery['kind'];
  /** `open`: waits for approval, or was reported; the default. What was `rejected` or `removed` can be approved again. */
  readonly state?: ModerationQuery['state'];
}

/** What people show and say in the gallery, before an operator. For anybody else every call is `forbidden`. */
export class ModerationApi {
  constructor(private readonly transport: Transport) {}

  /** Oldest first, with the reasons of reports. */
  list(
    { kind, state, ...page }: ModerationOptions = {},
    { signal }: CallSignal = {},
  ): Promise<ModerationPage> {
    const query = { ...pageQuery(page), kind, state };
    return this.transport.call<ModerationPage>(PATH, { query, signal });
  }

  /** Any decision can be taken back by another. The reason, 3 to 500 characters, is kept in the audit log. Not tried again by itself. */
  decide({ kind, id }: Pick<ModerationItemResource, 'kind' | 'id'>, body: Moderate): Promise<Moderated> {
    const things = kind === 'entry' ? 'entries' : 'comments';
    const path = `${PATH}/${things}/${encodeURIComponent(id)}/decide`;
    return this.transport.call<Moderated>(path, { method: 'POST', body });
  }
}
