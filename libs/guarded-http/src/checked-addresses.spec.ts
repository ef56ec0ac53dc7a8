import { AllowList } from './allow-list';
import { checkedAddresses, type Address } from './checked-addresses';
import { readUrl } from './checked-url';
import { FetchFailure } from './fetch-failure';

const nobody = new AllowList();
const plainHttp = 'anywhere';
const neverAsked = (name: string): Promise<never> => Promise.reject(new Error(`${name} was looked up`));
const leadsTo =
  (...addresses: string[]) =>
  (): Promise<Address[]> =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

describe('where a URL leads', () => {
  it.each([
    ['as it is', 'http://127.0.0.1/'],
    ['decimal', 'http://2130706433/'],
    ['hexadecimal', 'http://0x7f000001/'],
    ['octal', 'http://0177.0.0.1/'],
    ['mixed and short', 'http://0x7f.1/'],
    ['short', 'http://127.1/'],
    ['zero', 'http://0/'],
    ['with a dot at its end', 'http://127.0.0.1./'],
    ['in full-width digits', 'http://１２７.０.０.１/'],
    ['in circled digits', 'http://①②⑦.⓪.⓪.①/'],
    ['percent-encoded', 'http://%31%32%37.0.0.1/'],
    ['with slashes the other way', 'http:\\\\127.0.0.1\\x'],
    ['without slashes', 'http:127.0.0.1'],
    ['with blanks and tabs', ' ht\ttp://127.0.\n0.1/ '],
    ['in capitals', 'HTTP://0X7F.0.0.1/'],
    ['overflowing', 'http://127.0.0.257/'],
    ['of metadata, decimal', 'http://2852039166/latest/meta-data/'],
    ['of metadata, octal', 'https://0251.0376.0251.0376/'],
    ['IPv6', 'http://[::1]/'],
    ['IPv6 in full', 'http://[0000:0000:0000:0000:0000:0000:0000:0001]/'],
    ['IPv4-mapped', 'http://[::ffff:127.0.0.1]/'],
    ['IPv4-mapped metadata in hex', 'http://[::ffff:a9fe:a9fe]/'],
    ['NAT64', 'http://[64:ff9b::10.0.0.1]/'],
    ['IPv6 with a zone', 'http://[fe80::1%25eth0]/'],
    ['with credentials', 'https://user:pass@example.com/'],
    ['with a user only', 'https://example.com@1.1.1.1/'],
    ['that confuses parsers', 'http://1.1.1.1&@127.0.0.1#@2.2.2.2/'],
    ['of a file', 'file:///etc/passwd'],
    ['of FTP', 'ftp://example.com/'],
    ['of Gopher', 'gopher://127.0.0.1:70/_'],
    ['of data', 'data:video/mp4;base64,AAAA'],
    ['of a script', 'javascript:1'],
    ['of SSH', 'http://example.com:22/'],
    ['of mail', 'https://example.com:25/'],
    ['of Redis', 'http://example.com:6379/'],
    ['of no port', 'http://example.com:0/'],
    ['of metadata by name of its address', 'http://[::ffff:169.254.169.254]/latest/meta-data/'],
    ['of IPv6 metadata', 'http://[fd00:ec2::254]/latest/meta-data/'],
    ['without a host', 'http:///'],
    ['without a scheme', '//example.com/x'],
    ['of nothing', ''],
  ])('refuses an address %s, and asks no resolver', async (_how, text) => {
    const open = async (): Promise<unknown> =>
      checkedAddresses(readUrl(text), { resolve: neverAsked, allow: nobody, plainHttp });
    await expect(open()).rejects.toMatchObject({ name: 'FetchFailure', kind: 'refused', retryable: false });
  });

  it('gives all public addresses of a name', async () => {
    const resolve = leadsTo('1.1.1.1', '2606:4700:4700::1111');
    const addresses = await checkedAddresses(readUrl('https://cdn.test/'), {
      resolve,
      allow: nobody,
      plainHttp,
    });
    expect(addresses.map(({ address }) => address)).toEqual(['1.1.1.1', '2606:4700:4700::1111']);
  });

  it.each([['127.0.0.1'], ['1.1.1.1', '10.0.0.1'], ['10.0.0.1', '1.1.1.1'], ['1.1.1.1', '::ffff:1.1.1.1']])(
    'refuses a name that leads to %s %s',
    async (...addresses) => {
      const resolve = leadsTo(...addresses.filter((address) => address !== undefined));
      const asked = checkedAddresses(readUrl('https://cdn.test/?key=secret'), {
        resolve,
        allow: nobody,
        plainHttp,
      });
      await expect(asked).rejects.toMatchObject({ kind: 'refused' });
      await expect(asked).rejects.not.toThrow('secret');
    },
  );

  it('takes a name that cannot be resolved for trouble that passes', async () => {
    const asked = checkedAddresses(readUrl('https://cdn.test/'), {
      resolve: neverAsked,
      allow: nobody,
      plainHttp,
    });
    await expect(asked).rejects.toMatchObject({ kind: 'unavailable', retryable: true });
    const empty = checkedAddresses(readUrl('https://cdn.test/'), {
      resolve: leadsTo(),
      allow: nobody,
      plainHttp,
    });
    await expect(empty).rejects.toBeInstanceOf(FetchFailure);
  });

  it('lets an operator list a range or a host', async () => {
    const resolve = leadsTo('10.0.0.1');
    const open = (text: string, allowed: string): Promise<readonly Address[]> =>
      checkedAddresses(readUrl(text), { resolve, allow: AllowList.parse(allowed), plainHttp });
    await expect(open('http://minio.test:9000/', '10.0.0.0/8')).resolves.toHaveLength(1);
    await expect(open('http://minio.test:9000/', 'minio.test:9000')).resolves.toHaveLength(1);
    await expect(open('http://minio.test/', 'minio.test:80')).resolves.toHaveLength(1);
    await expect(open('http://minio.test:9001/', 'minio.test:9000')).rejects.toMatchObject({
      kind: 'refused',
    });
    await expect(open('http://other.test:9000/', 'minio.test')).rejects.toMatchObject({ kind: 'refused' });
  });

  it('goes to the public by https only where that is the rule, and to what is listed as it is told', async () => {
    const resolve = leadsTo('1.1.1.1');
    const open = (text: string, allowed = ''): Promise<readonly Address[]> =>
      checkedAddresses(readUrl(text), { resolve, allow: AllowList.parse(allowed), plainHttp: 'listed' });
    await expect(open('http://hooks.test/')).rejects.toThrow('by https');
    await expect(open('https://hooks.test/')).resolves.toHaveLength(1);
    await expect(open('http://hooks.test/', 'hooks.test')).resolves.toHaveLength(1);
    await expect(open('http://hooks.test/', '1.1.1.0/24')).resolves.toHaveLength(1);
  });
});
