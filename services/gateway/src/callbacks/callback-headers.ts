import type { IncomingHttpHeaders } from 'node:http';

const PASSED_ON = /^(content-type|webhook-.+|x-.+)$/;
/** Ours, or what proxies say of the way: nothing that a vendor signs. */
const OURS = /^x-(api-key|forwarded-.+|real-ip|request-id)$/;
const MAX_HEADERS = 32;
const MAX_CHARACTERS = 2_048;

/** What a worker needs to check a vendor's signature: names in lower case, few, and none of them long. */
export function callbackHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const passed = Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    if (!PASSED_ON.test(name) || OURS.test(name) || value === undefined) return [];
    const text = Array.isArray(value) ? value.join(', ') : value;
    return name.length + text.length <= MAX_CHARACTERS ? [[name, text]] : [];
  });
  return Object.fromEntries(passed.slice(0, MAX_HEADERS));
}
