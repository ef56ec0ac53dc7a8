import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { waitFor } from '@shotloom/testing';

export interface SentMail {
  readonly to: string;
  readonly text: string;
}

/** A real SMTP server on this machine that keeps what it is sent. */
export interface MailSink {
  readonly url: string;
  readonly mails: SentMail[];
  /** The SMTP code to refuse the next mail to an address with. */
  readonly refusals: Map<string, number>;
  /** Whether our password is no longer, or not yet, the right one. */
  refusesPassword: boolean;
  mailTo(address: string, count?: number): Promise<SentMail>;
  close(): Promise<void>;
}

export async function startMailSink(): Promise<MailSink> {
  const mails: SentMail[] = [];
  const refusals = new Map<string, number>();
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username }, _session, done) => {
      if (sink.refusesPassword) done(new Error('Invalid username or password'));
      else done(null, { user: username });
    },
    onData: (stream, session, done) => {
      void text(stream).then((raw) => {
        const to = session.envelope.rcptTo[0]?.address ?? '';
        const responseCode = refusals.get(to);
        refusals.delete(to);
        if (responseCode !== undefined) return done(Object.assign(new Error('refused'), { responseCode }));
        mails.push({ to, text: decode(raw) });
        done();
      });
    },
  });
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const mailTo = (address: string, count = 1): Promise<SentMail> =>
    waitFor(() => mails.filter(({ to }) => to === address)[count - 1], {
      what: `mail ${count} to ${address}`,
    });
  const close = (): Promise<void> => new Promise((resolve) => server.close(resolve));
  const sink: MailSink = {
    url: `smtp://shotloom:password@127.0.0.1:${port}`,
    ...{ mails, refusals, refusesPassword: false, mailTo, close },
  };
  return sink;
}

/** Quoted-printable, as far as our mails use it. */
function decode(raw: string): string {
  return raw.replace(/=\r\n/g, '').replace(/=3D/g, '=');
}

export function tokenIn(mail: SentMail): string {
  const [, token] = /#token=([A-Za-z0-9_-]{43})/.exec(mail.text) ?? [];
  if (token === undefined) throw new Error(`no link in: ${mail.text}`);
  return token;
}
