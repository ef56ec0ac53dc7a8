import { AllowList } from './allow-list';

describe('AllowList', () => {
  it('allows nothing unless told', () => {
    const list = AllowList.parse('');
    expect(list.hasAddress('127.0.0.1')).toBe(false);
    expect(list.hasHost('localhost', 80)).toBe(false);
  });

  it('allows ranges and single addresses of both families, and nothing beside them', () => {
    const list = AllowList.parse('10.1.0.0/16, 127.0.0.1 ,fd00:1::/32,::1');
    const inside = ['10.1.0.0', '10.1.255.255', '127.0.0.1', 'fd00:1::5', '::1'];
    const outside = ['10.2.0.0', '10.0.255.255', '127.0.0.2', 'fd00:2::5', '::2', 'localhost', ''];
    expect(inside.map((address) => list.hasAddress(address))).toEqual(inside.map(() => true));
    expect(outside.map((address) => list.hasAddress(address))).toEqual(outside.map(() => false));
  });

  it('allows hosts at any port or at one, in the spelling of a URL', () => {
    const list = AllowList.parse('MinIO.internal,cdn.test:9000,web.test:80,[fd00::1]:9000,10.1.2.3:81');
    expect(list.hasHost('minio.internal', 1)).toBe(true);
    expect(list.hasHost('cdn.test', 9000)).toBe(true);
    expect(list.hasHost('cdn.test', 9001)).toBe(false);
    expect(list.hasHost('web.test', 80)).toBe(true);
    expect(list.hasHost('web.test', 443)).toBe(false);
    expect(list.hasHost('[fd00::1]', 9000)).toBe(true);
    expect(list.hasHost('10.1.2.3', 81)).toBe(true);
    expect(list.hasAddress('10.1.2.3')).toBe(false);
    expect(list.hasHost('evil.minio.internal', 1)).toBe(false);
  });

  it.each([
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0/8',
    'example.com/8',
    'http://example.com',
    'user@example.com',
    'a b',
    'host:99999',
  ])('refuses %s by its place, without repeating it', (entry) => {
    const parse = (): AllowList => AllowList.parse(`ok.test,${entry}`);
    expect(parse).toThrow('entry 2 is neither');
    expect(parse).not.toThrow(entry);
  });
});
