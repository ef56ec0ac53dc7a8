import { isId, type Id } from '@shotloom/kernel';

const ADDRESS = /^\/ws\/jobs\/([^/]{1,128})\/?$/;

/** The id (in lower case, as events name it) and the query of `/ws/jobs/{id}`; undefined for any other address. */
export function readAddress(url: string | undefined): { id: Id; query: URLSearchParams } | undefined {
  const [path = '', query = ''] = (url ?? '').split('?', 2);
  const id = ADDRESS.exec(path)?.[1]?.toLowerCase();
  return isId(id) ? { id, query: new URLSearchParams(query) } : undefined;
}
