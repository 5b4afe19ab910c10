import { Redis } from 'ioredis';
import { STORE_CONNECT_MS } from '../model/limits.js';
import { redisFault } from './redis-fault.js';
import { type RedisNode, type RedisPlace, redisPlace } from './redis-place.js';
import { StoreAway, StoreRefused } from './sink.js';

/** An answer that takes longer than this does not come any more. */
const ANSWER_MS = 2 * STORE_CONNECT_MS;

const LEAST_VERSION = [6, 2] as const;

/**
 * A connection to a Redis, or to the node of a cluster that has the keys of a shard. It never tries again by itself: the
 * pipe does.
 */
export class RedisConnection {
  readonly place: RedisPlace;
  readonly #warn: (sentence: string) => void;
  #client: Redis | undefined;
  readonly #key: string;
  #isCluster = false;
  /** The node that is asked first. */
  #firstNode = 0;
  #isWarned = false;
  /** What the client said aside: the answer to a command may be that the connection is closed, and no more. */
  #aside: Error | undefined;

  /**
   * @param key one of the shard's
   * @throws StoreRefused where the URL is none
   */
  constructor(url: string, key: string, warn: (sentence: string) => void) {
    this.place = redisPlace(url);
    this.#key = key;
    this.#warn = warn;
  }

  /** True while commands can be sent. */
  get isOpen(): boolean {
    return this.#client?.status === 'ready';
  }

  /** Connects anew. @throws StoreAway, StoreRefused */
  async open(): Promise<void> {
    this.close();
    this.#aside = undefined;
    try {
      this.#client = await this.#reach();
      this.#isCluster = (await this.#enter(this.#client)) || this.place.isCluster;
      if (this.#isCluster) await this.#goToOwner(this.#client);
    } catch (error) {
      this.close();
      // Another node may know better.
      this.#firstNode++;
      throw this.#fault(error);
    }
  }

  /** Does something with the client. @throws StoreAway, StoreRefused */
  async use<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = this.#client;
    if (client === undefined || !this.isOpen)
      throw new StoreAway(`Redis at ${this.place.name} is away: the connection was lost`);
    try {
      return await work(client);
    } catch (error) {
      throw this.#fault(error);
    }
  }

  close(): void {
    this.#client?.disconnect();
    this.#client = undefined;
  }

  /** A connection to the first node that answers. */
  async #reach(): Promise<Redis> {
    const { nodes } = this.place;
    let fault: unknown;
    for (let i = 0; i < nodes.length; i++) {
      try {
        return await this.#connect(nodes[(this.#firstNode + i) % nodes.length]!);
      } catch (error) {
        fault = error;
      }
    }
    throw fault;
  }

  async #connect({ host, port }: RedisNode): Promise<Redis> {
    const client = new Redis({
      host,
      port,
      protocol: 2,
      lazyConnect: true,
      retryStrategy: () => null,
      reconnectOnError: null,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      disableClientInfo: true,
      connectTimeout: STORE_CONNECT_MS,
      commandTimeout: ANSWER_MS,
      ...(this.place.isEncrypted ? { tls: {} } : {}),
    });
    let fault: unknown;
    client.on('error', (error) => {
      fault = error;
      this.#aside = error;
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.disconnect();
      // What `connect` says is mostly that there is no connection; why stands in the event.
      throw fault ?? error;
    }
  }

  /**
   * Goes to the node of a cluster that has the shard's keys, where it is another one. They are all on one node, so an
   * ordinary connection does; when they move, Redis says so, and the next `open` finds them.
   */
  async #goToOwner(client: Redis): Promise<void> {
    const slot = Number(await client.call('CLUSTER', 'KEYSLOT', this.#key));
    const ranges = (await client.call('CLUSTER', 'SLOTS')) as [number, number, [string | null, number]][];
    const [, , owner] = ranges.find(([first, last]) => first <= slot && slot <= last) ?? [];
    if (owner === undefined) throw new Error(`no node of the cluster has slot ${slot}`);
    const [name, port] = owner;
    if (name === '?') throw new Error(`the node of slot ${slot} does not say where it is`);
    // No name: the address that was asked.
    const host = name || client.options.host!;
    if (host === client.options.host && port === client.options.port) return;
    const found = await this.#connect({ host, port });
    client.disconnect();
    this.#client = found;
    await this.#enter(found);
  }

  /** Logs in and looks at what is there. Returns whether it is a node of a cluster. */
  async #enter(client: Redis): Promise<boolean> {
    const { username, password, database } = this.place;
    // Asked for here and not by the client, which goes on with no user and database 0 where these are refused.
    if (password !== undefined)
      await (username === undefined ? client.auth(password) : client.auth(username, password));
    if (database > 0) await client.select(database);
    let info: string;
    try {
      info = await client.info();
    } catch (error) {
      // Who may not ask may write all the same.
      if (error instanceof Error && error.message.startsWith('NOPERM')) return false;
      throw error;
    }
    const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
    const [major = 0, minor = 0] = (field('redis_version') ?? '').split('.').map(Number);
    if (major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1]))
      throw new StoreRefused(
        `Redis at ${this.place.name} is ${field('redis_version')}; ${LEAST_VERSION.join('.')} or a newer one is needed`,
      );
    const isCluster = field('cluster_enabled') === '1';
    if (this.place.isCluster && !isCluster)
      throw new StoreRefused(
        `Redis at ${this.place.name} is no cluster; write its URL as redis://${this.place.name}`,
      );
    if (!isCluster && field('role') === 'slave')
      throw new StoreAway(`Redis at ${this.place.name} is a replica and takes no writes`);
    const policy = field('maxmemory_policy');
    if (policy !== undefined && policy !== 'noeviction' && !this.#isWarned) {
      this.#isWarned = true;
      this.#warn(
        `Redis at ${this.place.name} has maxmemory-policy ${policy} and may drop what the exchange wrote; set noeviction`,
      );
    }
    return isCluster;
  }

  #fault(error: unknown): Error {
    if (this.#isCluster && error instanceof Error && /^(MOVED|ASK|TRYAGAIN)/.test(error.message))
      return new StoreAway(`the keys of the shard moved to another node of Redis at ${this.place.name}`);
    const isClosed = error instanceof Error && error.message === 'Connection is closed.';
    return redisFault(isClosed ? (this.#aside ?? error) : error, this.place.name);
  }
}
