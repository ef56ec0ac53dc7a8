import type { CallSignal } from './jobs-api';
import type { Transport } from './transport';
import type { AuthMethods, Language, SignedIn } from './types';

/** Who registers, and the language of the mail that follows. */
export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly display_name?: string;
  readonly language?: Language;
}

export interface MailRequest {
  readonly email: string;
  readonly language?: Language;
}

const PATH = '/api/v1/auth';

/** Signing in and out by the page's cookies, and the ways to an account. A refusal here ends no session. */
export class AuthApi {
  constructor(private readonly transport: Transport) {}

  /** What this installation offers. */
  methods({ signal }: CallSignal = {}): Promise<AuthMethods> {
    return this.transport.call<AuthMethods>(`${PATH}/methods`, { signal, signedOut: true });
  }

  /** Sets the cookies. Throws `unauthorized` where e-mail or password is wrong, `rate_limited` after too many tries. */
  signIn(email: string, password: string): Promise<SignedIn> {
    return this.post<SignedIn>('login', { email, password, transport: 'cookie' });
  }

  /** Where to send the browser to sign in at an issuer; `returnTo` is a path of ours. */
  issuerUrl(startUrl: string, returnTo: string): string {
    return this.transport.url(startUrl, { return_to: returnTo });
  }

  /** Answers the same whether the address is free or not: the mail says which. */
  async register(body: Registration): Promise<void> {
    await this.post<unknown>('register', body);
  }

  /** Another mail for a registration that waits. Answers the same whether there is one or not. */
  async resendVerification(body: MailRequest): Promise<void> {
    await this.post<unknown>('verify/resend', body);
  }

  /** The token of the mail and the password that was chosen make the account, and sign in. */
  verify(token: string, password: string): Promise<SignedIn> {
    return this.post<SignedIn>('verify', { token, password, transport: 'cookie' });
  }

  /** Answers the same whether there is such an account or not. */
  async forgotPassword(body: MailRequest): Promise<void> {
    await this.post<unknown>('password/forgot', body);
  }

  /** Ends every session. Throws `invalid_input` where the link is not valid any more, or the password is weak. */
  async resetPassword(token: string, password: string): Promise<void> {
    await this.post<unknown>('password/reset', { token, password });
  }

  /** Ends this session and takes its cookies away. */
  async signOut(): Promise<void> {
    const call = { method: 'POST', body: {}, repeatable: true, signedOut: true } as const;
    await this.transport.call<unknown>(`${PATH}/logout`, call);
  }

  private post<T>(path: string, body: unknown): Promise<T> {
    return this.transport.call<T>(`${PATH}/${path}`, { method: 'POST', body, signedOut: true });
  }
}
