import { ShotloomError } from './errors';
import { CSRF_HEADER, SOCKET_KEY_PREFIX } from './wire';

/** How a client proves who it is. */
export interface Credentials {
  /** Go with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the browser's cookies go along. */
  readonly cookies: boolean;
  /** Subprotocols of a WebSocket beside our own: a browser can give it no headers. */
  readonly socketProtocols: readonly string[];
  /** Notes when a call begins; see `renew`. */
  mark(): number;
  /** After a call that began at `mark` was refused: whether another try can succeed. */
  renew(mark: number): Promise<boolean>;
}

/** An API key: as it is, or not at all. */
export function keyCredentials(apiKey: string): Credentials {
  return {
    headers: { authorization: `Bearer ${apiKey}` },
    cookies: false,
    socketProtocols: [`${SOCKET_KEY_PREFIX}${apiKey}`],
    mark: () => 0,
    renew: () => Promise.resolve(false),
  };
}

/**
 * The session of a page, in cookies that no script can read. An access token that has ended is renewed once for all calls that meet it at
 * the same time; a call that was refused under the token before is only sent again.
 */
export class CookieCredentials implements Credentials {
  /** The gateway wants it on every change; any value will do. */
  readonly headers = { [CSRF_HEADER]: '1' };
  readonly cookies = true;
  readonly socketProtocols = [];
  private renewals = 0;
  private renewing: Promise<boolean> | undefined;

  constructor(
    private readonly refresh: () => Promise<unknown>,
    /** The session has ended, here or elsewhere: nobody is signed in. */
    private readonly onEnded: () => void,
  ) {}

  mark(): number {
    return this.renewals;
  }

  /** Rejects where the server could not be asked: then nothing is known about the session. */
  async renew(mark: number): Promise<boolean> {
    if (mark !== this.renewals) return true;
    this.renewing ??= this.ask().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async ask(): Promise<boolean> {
    try {
      await this.refresh();
    } catch (error) {
      if (!(error instanceof ShotloomError && error.code === 'unauthorized')) throw error;
      this.onEnded();
      return false;
    }
    this.renewals += 1;
    return true;
  }
}
