import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { STORE_CONNECT_MS } from '../model/limits.js';
import { redisFault } from './redis-fault.js';
import { type RedisPlace, redisPlace } from './redis-place.js';
import { StoreAway, StoreRefused } from './sink.js';

/** An answer that takes longer than this does not come any more. */
const ANSWER_MS = 2 * STORE_CONNECT_MS;

const LEAST_VERSION = [6, 2] as const;

/** A connection to one Redis or to a cluster. It never tries again by itself: the pipe does. */
export class RedisConnection {
  readonly place: RedisPlace;
  readonly #warn: (sentence: string) => void;
  #client: Redis | Cluster | undefined;
  #isWarned = false;

  /** @throws StoreRefused where the URL is none */
  constructor(url: string, warn: (sentence: string) => void) {
    this.place = redisPlace(url);
    this.#warn = warn;
  }

  /** True while commands can be sent. */
  get isOpen(): boolean {
    return this.#client?.status === 'ready';
  }

  /** Connects anew. @throws StoreAway, StoreRefused */
  async open(): Promise<void> {
    this.close();
    try {
      const probe = await this.#probe();
      // From here on it is closed with the rest.
      this.#client = probe;
      if ((await this.#look(probe)) || this.place.isCluster) {
        this.close();
        await this.#openCluster();
      }
    } catch (error) {
      this.close();
      throw redisFault(error, this.place.name);
    }
  }

  /** Does something with the client. @throws StoreAway, StoreRefused */
  async use<T>(work: (client: Redis | Cluster) => Promise<T>): Promise<T> {
    const client = this.#client;
    if (client === undefined || !this.isOpen)
      throw new StoreAway(`Redis at ${this.place.name} is away: the connection was lost`);
    try {
      return await work(client);
    } catch (error) {
      throw redisFault(error, this.place.name);
    }
  }

  close(): void {
    this.#client?.disconnect();
    this.#client = undefined;
  }

  /** A connection to the first node that answers, with user and database. */
  async #probe(): Promise<Redis> {
    let fault: unknown;
    for (const { host, port } of this.place.nodes) {
      const client = new Redis({ ...this.#options(), host, port });
      client.on('error', (error) => {
        fault = error;
      });
      try {
        await client.connect();
        return client;
      } catch (error) {
        client.disconnect();
        // What `connect` says is mostly that there is no connection; why stands in the event.
        fault ??= error;
      }
    }
    throw fault;
  }

  /** Logs in and looks at what is there. Returns whether it is a node of a cluster. */
  async #look(client: Redis): Promise<boolean> {
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

  async #openCluster(): Promise<void> {
    const { nodes, username, password } = this.place;
    const cluster = new Cluster([...nodes], {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: () => null,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      slotsRefreshTimeout: STORE_CONNECT_MS,
      redisOptions: {
        ...this.#options(),
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
      },
    });
    let fault: unknown;
    cluster.on('error', (error) => {
      fault = error;
    });
    this.#client = cluster;
    try {
      await cluster.connect();
    } catch (error) {
      throw fault ?? error;
    }
  }

  #options() {
    return {
      protocol: 2 as const,
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
    } satisfies RedisOptions;
  }
}
