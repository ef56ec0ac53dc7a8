import type { Mail } from '../mail/mails';

export type Language = 'en' | 'zh-CN';

interface Words {
  readonly subject: string;
  readonly lines: readonly string[];
}

/** What is between the lines of a mail: a link, where there is one. */
interface Parts {
  readonly link: string;
}

/** Half a day for those who read mail in the evening; a reset opens an account and is short. */
export const REGISTER_SECONDS = 43_200;
export const RESET_SECONDS = 1_800;

const TEXTS = {
  register: {
    en: ({ link }: Parts): Words => ({
      subject: 'Confirm your address for Shotloom',
      lines: [
        'Open this link within 12 hours and enter the password that you chose:',
        link,
        'If you did not register, ignore this mail: nothing was made.',
      ],
    }),
    'zh-CN': ({ link }: Parts): Words => ({
      subject: '确认你的 Shotloom 邮箱',
      lines: [
        '请在 12 小时内打开此链接，并输入你设定的密码：',
        link,
        '如果你没有注册，请忽略此邮件：不会创建任何内容。',
      ],
    }),
  },
  taken: {
    en: ({ link }: Parts): Words => ({
      subject: 'You already have a Shotloom account',
      lines: [
        'Somebody, perhaps you, tried to register with this address, which has an account already. Sign in here:',
        link,
        'If you have forgotten the password, choose "Forgot password" there. If it was not you, nothing has changed.',
      ],
    }),
    'zh-CN': ({ link }: Parts): Words => ({
      subject: '你已有 Shotloom 账户',
      lines: [
        '有人（可能是你）尝试用此邮箱注册，但它已有账户。请在此登录：',
        link,
        '如果忘记了密码，请在那里选择“忘记密码”。如果不是你本人，账户没有任何变化。',
      ],
    }),
  },
  reset: {
    en: ({ link }: Parts): Words => ({
      subject: 'Choose a new Shotloom password',
      lines: [
        'Open this link within 30 minutes to choose a new password. It works once:',
        link,
        'If you did not ask for it, ignore this mail: your password stays as it is.',
      ],
    }),
    'zh-CN': ({ link }: Parts): Words => ({
      subject: '重设 Shotloom 密码',
      lines: [
        '请在 30 分钟内打开此链接设定新密码，链接只能使用一次：',
        link,
        '如果不是你本人操作，请忽略此邮件：密码不会改变。',
      ],
    }),
  },
} as const;

/** A mail with a link. `usefulSeconds` is how long the link in it works. */
export function linkMail(
  kind: keyof typeof TEXTS,
  to: string,
  language: Language,
  link: string,
  usefulSeconds: number,
): Mail {
  return toMail(to, TEXTS[kind][language]({ link }), usefulSeconds);
}

/** News of an account, in both languages: nobody asked for it, so nobody chose one. */
export function noticeMail(to: string, notice: 'password' | 'linked', by: string): Mail {
  const { subject, lines } = NOTICES[notice](by);
  return toMail(to, { subject, lines }, undefined);
}

const NOTICES = {
  password: (by: string): Words => ({
    subject: 'Your Shotloom password was changed · Shotloom 密码已更改',
    lines: [
      `Your password was changed (${by}), and other devices were signed out. If it was not you, reset it now and look at your API keys.`,
      `你的密码已更改（${by}），其他设备已退出登录。如果不是你本人操作，请立即重设密码并检查 API 密钥。`,
    ],
  }),
  linked: (by: string): Words => ({
    subject: 'A new way to sign in to Shotloom · Shotloom 新增登录方式',
    lines: [
      `Your account can now be opened by signing in with ${by}. If it was not you, tell whoever runs this installation.`,
      `你的账户现在可以通过 ${by} 登录。如果不是你本人操作，请联系管理员。`,
    ],
  }),
} as const;

function toMail(to: string, { subject, lines }: Words, usefulSeconds: number | undefined): Mail {
  const text = `${lines.join('\n\n')}\n`;
  return { to, subject, text, ...(usefulSeconds === undefined ? {} : { usefulSeconds }) };
}
