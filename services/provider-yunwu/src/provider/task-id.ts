const XAI = 'xai.';

/** Which format a task was ordered in, and under which id, with the prefix that its create gave. */
export interface YunwuTaskId {
  readonly format: 'unified' | 'xai';
  readonly id: string;
}

/** Each format has its own query, so that what we keep says which it is: a task of the xAI format is written `xai.<id>`. */
export const writeTaskId = ({ format, id }: YunwuTaskId): string => (format === 'xai' ? `${XAI}${id}` : id);

export const readTaskId = (written: string): YunwuTaskId =>
  written.startsWith(XAI)
    ? { format: 'xai', id: written.slice(XAI.length) }
    : { format: 'unified', id: written };
