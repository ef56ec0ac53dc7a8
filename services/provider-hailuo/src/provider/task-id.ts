const V2 = 'v2.';

/** Which API has a task, and under which id. */
export interface HailuoTaskId {
  readonly api: 'v1' | 'v2';
  readonly id: string;
}

/** Neither API finds the tasks of the other, so that what we keep says which it is: a v2 id is written `v2.<id>`. */
export const writeTaskId = ({ api, id }: HailuoTaskId): string => (api === 'v2' ? `${V2}${id}` : id);

export const readTaskId = (written: string): HailuoTaskId =>
  written.startsWith(V2) ? { api: 'v2', id: written.slice(V2.length) } : { api: 'v1', id: written };
