import type { CallSignal } from './jobs-api';
import type { Transport } from './transport';
import type { MeResource, SessionResource, SignInWays, UpdateMe } from './types';

/** Who is signed in: their name, password, ways to sign in and sessions. Changes need a session, and no API key. */
export class ProfileApi {
  constructor(private readonly transport: Transport) {}

  /** A new password ends all other sessions. Throws `invalid_input` where the present one is wrong. */
  update(change: UpdateMe): Promise<MeResource> {
    return this.transport.call<MeResource>('/api/v1/me', { method: 'PATCH', body: change });
  }

  /** Whether there is a password, and which issuers open the account. */
  signInWays({ signal }: CallSignal = {}): Promise<SignInWays> {
    return this.transport.call<SignInWays>('/api/v1/me/sign-in-ways', { signal });
  }

  /** Where somebody is signed in, newest first; `current` is the one that asks. */
  async sessions({ signal }: CallSignal = {}): Promise<SessionResource[]> {
    return (await this.transport.call<{ data: SessionResource[] }>('/api/v1/sessions', { signal })).data;
  }

  async endSession(id: string): Promise<void> {
    await this.transport.call<unknown>(`/api/v1/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });
  }

  /** Ends every session, this one too. */
  async signOutEverywhere(): Promise<void> {
    await this.transport.call<unknown>('/api/v1/auth/logout-all', { method: 'POST' });
  }
}
