import { BlockList, isIP } from 'node:net';

interface AllowedHost {
  readonly host: string;
  /** Any port where there is none. */
  readonly port: number | undefined;
}

/** What an operator lets be fetched although it is not public: ranges of addresses, and hosts by name. */
export class AllowList {
  private readonly v4 = new BlockList();
  private readonly v6 = new BlockList();
  private readonly hosts: AllowedHost[] = [];

  /**
   * Entries are separated by commas: a range of addresses or one address (`10.1.0.0/16`, `fd00::1`), or a host of URLs with or
   * without a port (`minio.internal:9000`, `[fd00::1]:9000`). Throws an error that says which entry is none of them.
   */
  static parse(text: string): AllowList {
    const list = new AllowList();
    const entries = text.split(',').map((entry) => entry.trim());
    for (const [index, entry] of entries.entries()) {
      if (entry === '' || list.addRange(entry) || list.addHost(entry)) continue;
      throw new Error(`entry ${index + 1} is neither a range of addresses nor a host with or without a port`);
    }
    return list;
  }

  /** Whether every address of this host is allowed at this port. `host` is as in a parsed URL. */
  hasHost(host: string, port: number): boolean {
    return this.hosts.some((allowed) => allowed.host === host && (allowed.port ?? port) === port);
  }

  hasAddress(address: string): boolean {
    const version = isIP(address);
    if (version === 4) return this.v4.check(address, 'ipv4');
    return version === 6 && this.v6.check(address, 'ipv6');
  }

  /** An address by itself is a range of one. */
  private addRange(entry: string): boolean {
    const [, network = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
    const version = isIP(network);
    const whole = version === 4 ? 32 : 128;
    const bits = prefix === undefined ? whole : Number(prefix);
    if (version === 0 || bits > whole) return false;
    if (version === 4) this.v4.addSubnet(network, bits, 'ipv4');
    else this.v6.addSubnet(network, bits, 'ipv6');
    return true;
  }

  private addHost(entry: string): boolean {
    // Read as a URL is read, so that both spell a host alike. A URL drops port 80, so the port is read from the entry.
    const url = /^[^/?#@\\\s]+$/.test(entry) ? URL.parse(`http://${entry}`) : null;
    if (!url) return false;
    const port = /:(\d+)$/.exec(entry.replace(/^\[[^\]]*\]/, ''))?.[1];
    this.hosts.push({ host: url.hostname, port: port === undefined ? undefined : Number(port) });
    return true;
  }
}
