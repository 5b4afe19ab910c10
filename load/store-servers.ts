import { OptionsError } from '../native-free-bench/command-line.js';
import { PostgresServer, postgresMissing } from './servers/postgres-server.js';
import { RedisServer, redisMissing } from './servers/redis-server.js';

/** In place of an address: one that the run starts itself. */
const OWN = 'server';

/** The stores of an exchange under load, those started that are asked for. */
export class StoreServers {
  /** As the exchange's options take them. */
  readonly postgres: string;
  readonly redis: string | undefined;
  readonly #servers: readonly { dispose(): Promise<void> }[];

  private constructor(
    postgres: string,
    redis: string | undefined,
    servers: readonly { dispose(): Promise<void> }[],
  ) {
    this.postgres = postgres;
    this.redis = redis;
    this.#servers = servers;
  }

  /** @throws OptionsError where one is asked for that this machine does not have */
  static async start(options: {
    readonly postgres: string;
    readonly redis: string | undefined;
  }): Promise<StoreServers> {
    const servers: { dispose(): Promise<void> }[] = [];
    let { postgres, redis } = options;
    if (postgres === OWN) {
      const missing = postgresMissing();
      if (missing !== undefined) throw new OptionsError(`--postgres server: ${missing}`);
      const server = await PostgresServer.start();
      servers.push(server);
      postgres = server.url();
    }
    if (redis === OWN) {
      const missing = redisMissing();
      if (missing !== undefined) throw new OptionsError(`--redis server: ${missing}`);
      const server = await RedisServer.start();
      servers.push(server);
      redis = server.url();
    }
    return new StoreServers(postgres, redis, servers);
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) await server.dispose();
  }
}
