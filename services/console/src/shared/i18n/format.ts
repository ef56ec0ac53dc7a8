/** `1:05`, or `0:07`; milliseconds in. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Bytes in the nearest binary unit, as people read sizes: `9.8 MB`. */
export function formatBytes(bytes: number, language: string): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  const value = bytes / 1024 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString(language, { maximumFractionDigits: digits })} ${units[power]}`;
}

/** `3 minutes ago`, in the language; the date once it is more than a week old. */
export function formatAgo(iso: string, language: string, now: number = Date.now()): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1000);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
    ['second', 60],
    ['minute', 60],
    ['hour', 24],
    ['day', 7],
  ];
  let amount = Math.min(0, seconds);
  for (const [unit, size] of steps) {
    if (Math.abs(amount) < size) return relative.format(Math.trunc(amount), unit);
    amount /= size;
  }
  return new Date(iso).toLocaleDateString(language, { dateStyle: 'medium' });
}

/** `5 s`, `5.2 秒`: at most one decimal. */
export function formatSeconds(seconds: number, language: string): string {
  const unit = language.startsWith('zh') ? '秒' : 's';
  return `${seconds.toLocaleString(language, { maximumFractionDigits: 1 })} ${unit}`;
}

/** `9.99 USD` as people of the language write it; the amount is in the currency's smallest unit. */
export function formatMoney(
  money: { readonly amount: number; readonly currency: string },
  language: string,
): string {
  const format = new Intl.NumberFormat(language, {
    style: 'currency',
    currency: money.currency.toUpperCase(),
  });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(money.amount / 10 ** digits);
}

/** `27 Nov 2026`. */
export function formatDate(iso: string, language: string): string {
  return new Date(iso).toLocaleDateString(language, { dateStyle: 'medium' });
}

/** `27 Nov 2026, 14:05`, in the reader's time zone. */
export function formatMoment(iso: string, language: string): string {
  return new Date(iso).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
}
