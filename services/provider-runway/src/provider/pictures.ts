import { InlineFile, type VendorInput } from '@shotloom/provider-kit';

/** The vendor counts the whole data URI. MB of a million bytes, since it does not say which. */
const MAX_DATA_URI = 5_000_000;
const MAX_URL = 2_048;
const ADDRESS = /^\d+(\.\d+){3}$|^\[/;

/** How a picture comes to the vendor: inside the request where that is allowed, else by its address, else it must be uploaded (null). */
export function handOver({ contentType, sizeBytes, url, open }: VendorInput): InlineFile | string | null {
  const prefix = `data:${contentType};base64,`;
  if (prefix.length + 4 * Math.ceil(sizeBytes / 3) <= MAX_DATA_URI) {
    return new InlineFile(sizeBytes, open, prefix);
  }
  return url !== null && isFetchable(url) ? url : null;
}

/** The vendor fetches https addresses with a domain name, of a limited length. */
function isFetchable(address: string): boolean {
  if (address.length > MAX_URL || !URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' && !ADDRESS.test(hostname) && hostname.includes('.');
}
