import { parseCookie, stringifySetCookie } from 'cookie';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accessCookieName } from '@shotloom/contracts';
import { publicUrl, type Config } from '../config';
import { CONFIG } from '../platform/parts';
import { ACCESS_SECONDS } from './access-tokens';

const FLOW_SECONDS = 600;
type CookieName = 'access' | 'refresh' | 'flow';

/**
 * Our cookies: out of reach of scripts, for this host only, and the session's never on a request that another site caused. Over TLS they are
 * `__Host-` cookies, so that no neighbouring host and no plain connection can plant one.
 */
@Injectable()
export class Cookies {
  private readonly overTls: boolean;
  private readonly names: Readonly<Record<CookieName, string>>;

  constructor(@Inject(CONFIG) config: Config) {
    this.overTls = publicUrl(config).startsWith('https:');
    const prefix = this.overTls ? '__Host-' : '';
    this.names = {
      access: accessCookieName(this.overTls),
      refresh: `${prefix}shotloom-refresh`,
      flow: `${prefix}shotloom-sign-in`,
    };
  }

  read(request: FastifyRequest, name: CookieName): string | null {
    const { cookie } = request.headers;
    return (cookie === undefined ? undefined : parseCookie(cookie)[this.names[name]]) ?? null;
  }

  setSession(reply: FastifyReply, tokens: { access: string; refresh: string; refreshSeconds: number }): void {
    this.set(reply, 'access', tokens.access, ACCESS_SECONDS);
    this.set(reply, 'refresh', tokens.refresh, tokens.refreshSeconds);
  }

  clearSession(reply: FastifyReply): void {
    this.set(reply, 'access', '', 0);
    this.set(reply, 'refresh', '', 0);
  }

  /** Binds a sign-in elsewhere to the browser that began it. It has to survive the way back from another site. */
  setFlow(reply: FastifyReply, value: string): void {
    this.set(reply, 'flow', value, FLOW_SECONDS);
  }

  clearFlow(reply: FastifyReply): void {
    this.set(reply, 'flow', '', 0);
  }

  private set(reply: FastifyReply, name: CookieName, value: string, maxAge: number): void {
    const cookie = stringifySetCookie({
      name: this.names[name],
      value,
      maxAge,
      path: '/',
      httpOnly: true,
      secure: this.overTls,
      sameSite: name === 'flow' ? 'lax' : 'strict',
    });
    // Fastify gathers several into several headers.
    void reply.header('set-cookie', cookie);
  }
}
