import { sql, type RawBuilder } from 'kysely';
import type { listModerationRpc, ModerationItem, RpcRequest, RpcResponse } from '@shotloom/contracts';
import { decodeCursor, encodeCursor } from '@shotloom/database';
import type { Storage } from '../app.tokens';
import { opens } from '../sharing/share-rows';

type Asked = RpcRequest<typeof listModerationRpc>;
type Row = Omit<ModerationItem, 'createdAt'> & { readonly createdAt: Date };

/** See `listModerationRpc`. */
export async function listModeration(
  { database }: Pick<Storage, 'database'>,
  asked: Asked,
): Promise<RpcResponse<typeof listModerationRpc>> {
  const { rows } = await (asked.kind === 'entry' ? entries(asked) : comments(asked)).execute(database.sql);
  const page = rows.slice(0, asked.limit);
  const last = rows.length > asked.limit ? page.at(-1) : undefined;
  return {
    items: page.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })),
    nextCursor: last ? encodeCursor({ createdAt: last.createdAt, id: last.id }) : null,
  };
}

const entries = (asked: Asked): RawBuilder<Row> => sql<Row>`
  select 'entry' as kind, item.entry_id as id, item.entry_id as "entryId", item.status,
    share.owner_user_id as "authorUserId", share.title as text, share.prompt, item.model,
    case when ${opens} then share.token end as token, item.open_reports as "openReports",
    ${reasonsOf('entry_id')} as reasons, item.created_at as "createdAt"
  from media.gallery_entries as item
  join media.shares as share on share.share_id = item.entry_id
  where ${part(asked, 'entry_id')}
  order by item.created_at, item.entry_id limit ${asked.limit + 1}`;

const comments = (asked: Asked): RawBuilder<Row> => sql<Row>`
  select 'comment' as kind, item.comment_id as id, item.entry_id as "entryId", item.status,
    item.author_user_id as "authorUserId", item.text, null as prompt, entry.model,
    case when ${opens} then share.token end as token, item.open_reports as "openReports",
    ${reasonsOf('comment_id')} as reasons, item.created_at as "createdAt"
  from media.comments as item
  join media.gallery_entries as entry on entry.entry_id = item.entry_id
  join media.shares as share on share.share_id = item.entry_id
  where ${part(asked, 'comment_id')}
  order by item.created_at, item.comment_id limit ${asked.limit + 1}`;

/** Of the newest reports that nobody has answered. */
const reasonsOf = (id: 'entry_id' | 'comment_id'): RawBuilder<string[]> => sql<string[]>`array(
  select report.reason from media.gallery_reports as report
  where report.${sql.ref(id)} = item.${sql.ref(id)} and report.resolved_at is null
  order by report.created_at desc limit 5)`;

/** The state that was asked for, after the cursor. */
function part({ state, cursor }: Asked, id: 'entry_id' | 'comment_id'): RawBuilder<boolean> {
  const inState =
    state === 'open'
      ? sql<boolean>`(item.status = 'pending' or item.open_reports > 0)`
      : sql<boolean>`item.status = ${state} and item.status in ('rejected', 'removed')`;
  if (cursor === undefined) return inState;
  const { createdAt, id: last } = decodeCursor(cursor);
  return sql<boolean>`${inState} and
    (item.created_at, item.${sql.ref(id)}) > (${createdAt}::timestamptz, ${last}::uuid)`;
}
