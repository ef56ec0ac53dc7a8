import { randomKey } from './idempotency';
import type { CallSignal } from './jobs-api';
import { pageQuery, type PageOptions } from './pages';
import type { Transport } from './transport';
import type {
  AccountPage,
  AccountResource,
  ChangeAccount,
  ChangeMember,
  CreateInvitation,
  InvitationPage,
  InvitationResource,
  MemberPage,
  MemberResource,
} from './types';

const PATH = '/api/v1/accounts';

export type NewInvitation = Pick<CreateInvitation, 'email'> & Partial<CreateInvitation>;

/** Accounts pay: a person's own, and organisations with their members. Lists are oldest first. */
export class AccountsApi {
  constructor(private readonly transport: Transport) {}

  list(page: PageOptions = {}, { signal }: CallSignal = {}): Promise<AccountPage> {
    return this.transport.call<AccountPage>(PATH, { query: pageQuery(page), signal });
  }

  /** An organisation, which the caller owns. */
  create(name: string): Promise<AccountResource> {
    const call = { method: 'POST', body: { name }, idempotencyKey: randomKey() } as const;
    return this.transport.call<AccountResource>(PATH, call);
  }

  change(id: string, body: ChangeAccount): Promise<AccountResource> {
    return this.transport.call<AccountResource>(pathOf(id), { method: 'PATCH', body });
  }

  /** Lets it pay for what is done from now on; on every replica within a second. */
  activate(id: string): Promise<AccountResource> {
    return this.transport.call<AccountResource>(`${pathOf(id)}/activate`, { method: 'POST' });
  }

  async leave(id: string): Promise<void> {
    await this.transport.call<unknown>(`${pathOf(id)}/leave`, { method: 'POST' });
  }

  members(id: string, page: PageOptions = {}, { signal }: CallSignal = {}): Promise<MemberPage> {
    return this.transport.call<MemberPage>(`${pathOf(id)}/members`, { query: pageQuery(page), signal });
  }

  changeMember(id: string, userId: string, body: ChangeMember): Promise<MemberResource> {
    return this.transport.call<MemberResource>(memberPath(id, userId), { method: 'PATCH', body });
  }

  async removeMember(id: string, userId: string): Promise<void> {
    await this.transport.call<unknown>(memberPath(id, userId), { method: 'DELETE' });
  }

  /** Those that wait for an answer; for owners and admins. */
  invitations(id: string, page: PageOptions = {}, { signal }: CallSignal = {}): Promise<InvitationPage> {
    const path = `${pathOf(id)}/invitations`;
    return this.transport.call<InvitationPage>(path, { query: pageQuery(page), signal });
  }

  /** Sends a link in a mail; an earlier one to the same address ends. */
  invite(id: string, body: NewInvitation): Promise<InvitationResource> {
    const call = { method: 'POST', body, idempotencyKey: randomKey() } as const;
    return this.transport.call<InvitationResource>(`${pathOf(id)}/invitations`, call);
  }

  async revokeInvitation(id: string, invitationId: string): Promise<void> {
    const path = `${pathOf(id)}/invitations/${encodeURIComponent(invitationId)}`;
    await this.transport.call<unknown>(path, { method: 'DELETE' });
  }

  /** Joins the organisation, as the person whose address was invited. Throws `not_found` for everybody else. */
  acceptInvitation(token: string): Promise<AccountResource> {
    const call = { method: 'POST', body: { token } } as const;
    return this.transport.call<AccountResource>('/api/v1/invitations/accept', call);
  }
}

const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;
const memberPath = (id: string, userId: string): string =>
  `${pathOf(id)}/members/${encodeURIComponent(userId)}`;
