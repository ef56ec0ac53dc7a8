import { constants } from 'node:fs';
import { access, open, rm, utimes, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError, systemClock, type Clock } from '@shotloom/kernel';
import { resolveRange } from '../byte-range';
import { MeteredBody } from '../metered-body';
import { checkContentType, checkExpiry, checkKey, checkPrefix, checkRemovablePrefix } from '../object-key';
import type {
  FileStoreConfig,
  GetOptions,
  GetResult,
  ObjectRangeReader,
  ObjectStat,
  ObjectStore,
  PutOptions,
  PutResult,
  ReaderOptions,
  SignGetOptions,
  SignPutOptions,
} from '../object-store';
import { handleReader, readSlice, shareDataFile, writeDataFile } from './data-files';
import {
  FileLayout,
  ignoreMissing,
  isMissing,
  makeFolder,
  removeEmptyFolders,
  renameInto,
  writeTemp,
} from './file-layout';
import { KeyLock } from './key-lock';
import { readSidecar, toStat, type Sidecar } from './sidecar';
import { findSidecars } from './sidecar-listing';
import { readSignedUrl, writeSignedUrl, type UrlGrant } from './signed-url';
import { sweepFolder } from './sweep';
import { Syncing } from './syncing';

/** How often a read starts again because the object was replaced between its sidecar and its data. */
const OPEN_TRIES = 10;
/** A data file that took longer is touched before its commit; `sweep` is never told to take younger ones. Milliseconds. */
const YOUNG_MS = 60_000;

type NewObject = Omit<Sidecar, 'version' | 'lastModified'>;

/**
 * Objects as files. The sidecar is the commit: bytes go to a data file of their own first, are synced, and only then does a
 * rename put the sidecar that names them in place. A crash leaves at most files that nothing refers to, for `sweep`.
 * Several processes may use one folder.
 */
export class FileObjectStore implements ObjectStore {
  readonly kind = 'file';
  private readonly layout: FileLayout;
  private readonly syncing: Syncing;
  /** Spares the sweep work: of two that replace one object at once, only one would see the other's data as its to remove. */
  private readonly locks = new KeyLock();

  constructor(
    private readonly config: FileStoreConfig,
    private readonly clock: Clock = systemClock,
  ) {
    if (config.signingSecret.length < 16) {
      throw new AppError(
        'invalid_input',
        'The signing secret of the file store must have 16 characters or more.',
      );
    }
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(config.bucket)) {
      throw new AppError('invalid_input', `"${config.bucket}" is not a bucket name: 3 to 63 of a-z 0-9 . -`);
    }
    this.layout = new FileLayout(join(config.path, config.bucket));
    this.syncing = new Syncing(config.sync ?? true);
  }

  async ensureBucket(): Promise<void> {
    for (const folder of [this.layout.data, this.layout.keys, this.layout.temp]) {
      await makeFolder(folder, this.syncing);
    }
  }

  async put(key: string, body: Readable, options: PutOptions): Promise<PutResult> {
    const metered = MeteredBody.forPut(key, body, options);
    const data = this.layout.newDataName();
    const began = performance.now();
    try {
      await writeDataFile(this.layout, data, metered, this.syncing);
      const { size, sha256 } = metered.result();
      if (performance.now() - began > YOUNG_MS) await this.touch(data);
      const { contentType, metadata = {} } = options;
      const sidecar = await this.commit({ key, data, size, sha256, contentType, metadata });
      return { size, sha256, etag: toStat(sidecar).etag };
    } catch (error) {
      await rm(this.layout.dataPath(data), { force: true });
      throw metered.fail(error);
    }
  }

  async get(key: string, options: GetOptions = {}): Promise<GetResult> {
    checkKey(key);
    const { sidecar, handle } = await this.openData(key);
    try {
      const { size, contentType } = sidecar;
      const { start, end } = resolveRange(options.range, size);
      const { etag, lastModified } = toStat(sidecar);
      const body = await readSlice(handle, start, end, options.signal);
      return { body, size, start, end, contentType, etag, lastModified };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async stat(key: string): Promise<ObjectStat | undefined> {
    checkKey(key);
    const sidecar = await readSidecar(this.layout.sidecarPath(key));
    return sidecar === undefined ? undefined : toStat(sidecar);
  }

  async openReader(key: string, { signal }: ReaderOptions = {}): Promise<ObjectRangeReader> {
    checkKey(key);
    const { sidecar, handle } = await this.openData(key);
    return handleReader(handle, sidecar.size, signal);
  }

  async *list(prefix: string): AsyncGenerator<ObjectStat> {
    checkPrefix(prefix);
    for (const path of await findSidecars(this.layout, prefix)) {
      const sidecar = await readSidecar(path);
      if (sidecar !== undefined) yield toStat(sidecar);
    }
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    await this.locks.run(key, () => this.uncommit(key));
  }

  async removePrefix(prefix: string): Promise<number> {
    checkRemovablePrefix(prefix);
    let removed = 0;
    for await (const { key } of this.list(prefix)) {
      await this.remove(key);
      removed += 1;
    }
    return removed;
  }

  async copy(from: string, to: string): Promise<void> {
    checkKey(from);
    checkKey(to);
    const { sidecar, handle } = await this.openData(from);
    const data = this.layout.newDataName();
    try {
      await shareDataFile(this.layout, sidecar.data, data, this.syncing);
      await this.commit({ ...sidecar, key: to, data });
    } catch (error) {
      await rm(this.layout.dataPath(data), { force: true });
      throw isMissing(error) ? notFound(from) : error;
    } finally {
      await handle.close();
    }
  }

  async signGet(key: string, options: SignGetOptions): Promise<string> {
    checkKey(key);
    const { contentType, downloadName } = options;
    if (contentType !== undefined) checkContentType(contentType);
    return Promise.resolve(
      this.sign({ method: 'GET', key, contentType, downloadName }, options.expiresInSeconds),
    );
  }

  async signPut(key: string, options: SignPutOptions): Promise<string> {
    checkKey(key);
    const { contentType, sizeBytes: maxBytes } = options;
    checkContentType(contentType);
    return Promise.resolve(
      this.sign({ method: 'PUT', key, contentType, maxBytes }, options.expiresInSeconds),
    );
  }

  async ping(): Promise<void> {
    try {
      for (const folder of [this.layout.data, this.layout.keys, this.layout.temp]) {
        await access(folder, constants.R_OK | constants.W_OK);
      }
    } catch (error) {
      const message = `The object store's folder ${this.layout.root} cannot be written to.`;
      throw new AppError('unavailable', message, { retryable: true, cause: error });
    }
  }

  /**
   * Removes what crashes left: data files and temporary files untouched for that long that no sidecar refers to. Give it more
   * than the longest pause that an upload may make, an hour for example. Tells how many it removed.
   */
  async sweep(olderThanMs: number): Promise<number> {
    return sweepFolder(this.layout, this.clock.now().getTime() - olderThanMs);
  }

  /** Where the media handler finds this store's URLs, without a slash at the end. */
  get urlPath(): string {
    return new URL(`${this.config.publicBaseUrl.replace(/\/+$/, '')}/${this.config.bucket}`).pathname;
  }

  /** The grant that a URL's query carries, or nothing if we did not sign it or it has expired. */
  readGrant(method: 'GET' | 'PUT', key: string, query: URLSearchParams): UrlGrant | undefined {
    const { bucket, signingSecret } = this.config;
    return readSignedUrl({ method, bucket, key, query }, signingSecret, this.clock.now());
  }

  private sign(grant: Omit<UrlGrant, 'bucket' | 'expires'>, expiresInSeconds: number): string {
    checkExpiry(expiresInSeconds);
    const { bucket, publicBaseUrl, signingSecret } = this.config;
    const expires = Math.floor(this.clock.now().getTime() / 1000) + expiresInSeconds;
    return writeSignedUrl({ ...grant, bucket, expires }, publicBaseUrl, signingSecret);
  }

  /** The data file of a slow upload may be old by now: made young, it cannot be swept before its sidecar is in place. */
  private async touch(data: string): Promise<void> {
    const now = new Date();
    await utimes(this.layout.dataPath(data), now, now);
  }

  private commit(object: NewObject): Promise<Sidecar> {
    return this.locks.run(object.key, () => this.replace(object));
  }

  private async replace(object: NewObject): Promise<Sidecar> {
    const sidecar: Sidecar = { ...object, version: 1, lastModified: this.clock.now().toISOString() };
    const path = this.layout.sidecarPath(object.key);
    const [temp, dataPath] = [this.layout.newTempPath(), this.layout.dataPath(object.data)];
    const dataIsSafe = this.syncing.folder(dirname(dataPath));
    // Waited for below, after what can be done meanwhile.
    dataIsSafe.catch(() => undefined);
    try {
      const isFirst = await makeFolder(dirname(path), this.syncing);
      await writeTemp(temp, JSON.stringify(sidecar), this.syncing);
      const replaced = isFirst ? undefined : await readSidecar(path);
      await dataIsSafe;
      await renameInto(temp, path, this.syncing);
      if (replaced !== undefined) await rm(this.layout.dataPath(replaced.data), { force: true });
      return sidecar;
    } catch (error) {
      await rm(temp, { force: true });
      throw error;
    }
  }

  private async uncommit(key: string): Promise<void> {
    const path = this.layout.sidecarPath(key);
    const sidecar = await readSidecar(path);
    if (sidecar === undefined) return;
    await rm(path, { force: true });
    await ignoreMissing(this.syncing.folder(dirname(path)));
    await rm(this.layout.dataPath(sidecar.data), { force: true });
    await removeEmptyFolders(dirname(path), this.layout.keys);
  }

  private async openData(key: string): Promise<{ sidecar: Sidecar; handle: FileHandle }> {
    for (let tries = 0; tries < OPEN_TRIES; tries += 1) {
      const sidecar = await readSidecar(this.layout.sidecarPath(key));
      if (sidecar === undefined) throw notFound(key);
      try {
        return { sidecar, handle: await open(this.layout.dataPath(sidecar.data), 'r') };
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    throw new AppError('unavailable', `The object "${key}" has no data, or is replaced too fast to be read.`);
  }
}

const notFound = (key: string): AppError => new AppError('not_found', `There is no object "${key}".`);
