const ADDRESS = /^\/ws\/jobs\/([A-Za-z0-9_-]{1,128})\/?$/;

/** The id and the query of `/ws/jobs/{id}`; undefined for any other address. */
export function readAddress(url: string | undefined): { id: string; query: URLSearchParams } | undefined {
  const [path = '', query = ''] = (url ?? '').split('?', 2);
  const id = ADDRESS.exec(path)?.[1];
  return id === undefined ? undefined : { id, query: new URLSearchParams(query) };
}
