/** Where the four servers of one Swift listen, and keep what is theirs. */
export interface SwiftLayout {
  /** Configuration and rings. */
  readonly configDir: string;
  /** Holds one "device" per ring, which is a plain folder. */
  readonly devicesDir: string;
  readonly recoveryDir: string;
  readonly user: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  readonly ports: Readonly<Record<SwiftServerName, number>>;
}

export type SwiftServerName = 'account' | 'container' | 'object' | 'proxy';
export const BACKENDS = ['account', 'container', 'object'] as const;
export const DEVICE = 'disk';

/** The file that every Swift program reads first; the hash salts only have to stay the same. */
export const swiftConf = (): string => `[swift-hash]
swift_hash_path_suffix = shotloom
swift_hash_path_prefix = shotloom

[storage-policy:0]
name = only
default = yes
`;

const defaults = (layout: SwiftLayout, server: SwiftServerName): string => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${layout.ports[server]}
workers = 0
user = ${layout.user}
swift_dir = ${layout.configDir}
devices = ${layout.devicesDir}
mount_check = false
log_level = WARNING
fallocate_reserve = 0
`;

/** Configuration of one of the three servers behind the proxy. */
export const backendConf = (
  layout: SwiftLayout,
  server: (typeof BACKENDS)[number],
): string => `${defaults(layout, server)}
[pipeline:main]
pipeline = ${server}-server

[app:${server}-server]
use = egg:swift#${server}
recon_cache_path = ${layout.recoveryDir}
`;

const FILTERS =
  'catch_errors proxy-logging cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink';

/** Keys in one page of a listing: few, so that a test of paging needs few objects. */
export const SWIFT_PAGE_SIZE = 200;

/** Configuration of the proxy, which is what speaks S3. */
export const proxyConf = (layout: SwiftLayout): string => {
  const [account = 'test', user = 'tester'] = layout.accessKey.split(':');
  const plain = FILTERS.split(' ').filter(
    (name) => name !== 's3api' && name !== 'tempauth' && name !== 'cache',
  );
  return `${defaults(layout, 'proxy')}
[pipeline:main]
pipeline = ${FILTERS} proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1

[filter:s3api]
use = egg:swift#s3api
location = ${layout.region}
check_bucket_owner = false
max_bucket_listing = ${SWIFT_PAGE_SIZE}

[filter:tempauth]
use = egg:swift#tempauth
user_${account}_${user} = ${layout.secretKey} .admin
${plain.map((name) => `\n[filter:${name}]\nuse = egg:swift#${name.replace('-', '_')}\n`).join('')}`;
};
