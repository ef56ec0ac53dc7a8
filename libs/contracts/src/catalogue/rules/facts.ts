import type { InputRole, Operation, ParamValue } from '../vocabulary';

/** What rules, rates and prices look at. A `VideoRequest` has it all. */
export interface RequestFacts {
  readonly operation: Operation;
  readonly size: string;
  readonly aspectRatio: string;
  readonly durationSeconds: number;
  readonly params: Readonly<Record<string, ParamValue>>;
  /** A first frame may be called `image`, as it was before there were others. */
  readonly inputs: readonly { readonly role: InputRole | 'image' }[];
}

/** The role of a stored input in the words of today. */
export const inputRole = (role: InputRole | 'image'): InputRole => (role === 'image' ? 'first_frame' : role);

export const countOf = ({ inputs }: Pick<RequestFacts, 'inputs'>, roles: readonly InputRole[]): number =>
  inputs.filter(({ role }) => roles.includes(inputRole(role))).length;
