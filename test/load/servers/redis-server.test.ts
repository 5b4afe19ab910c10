import { existsSync } from 'node:fs';
import { Cluster, Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { type RedisOptions, RedisServer, redisMissing } from '../../../load/servers/redis-server.js';
import { describeWith } from '../../support/not-run.js';

describeWith(redisMissing(), 'a Redis for tests', () => {
  const servers: RedisServer[] = [];
  const clients: (Redis | Cluster)[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    for (const server of servers.splice(0)) await server.dispose();
  });

  async function start(options?: RedisOptions): Promise<RedisServer> {
    const server = await RedisServer.start(options);
    servers.push(server);
    return server;
  }

  function connect(server: RedisServer): Redis {
    const client = new Redis(server.url(), { retryStrategy: null });
    client.on('error', () => {});
    clients.push(client);
    return client;
  }

  it('keeps what it has answered through a kill', async () => {
    const server = await start({ settings: { maxmemory: '64mb' } });
    const port = server.port;
    const client = connect(server);
    expect(await client.config('GET', 'maxmemory')).toEqual(['maxmemory', String(64 * 1024 * 1024)]);
    await client.set('trade', '1');
    const closed = new Promise((resolve) => client.once('end', resolve));
    await server.kill();
    await closed;
    expect(server.isRunning).toBe(false);
    await expect(connect(server).get('trade')).rejects.toThrow();
    await server.restart();
    expect(server.port).toBe(port);
    expect(await connect(server).get('trade')).toBe('1');
    await server.stop();
    await server.restart();
    expect(await connect(server).get('trade')).toBe('1');
  });

  it('forgets where it has no log, and takes its directory away', async () => {
    const server = await start({ appendOnly: false });
    await connect(server).set('trade', '1');
    await server.restart();
    expect(await connect(server).get('trade')).toBe(null);
    await server.dispose();
    expect(existsSync(server.directory)).toBe(false);
  });

  it('stands still while it is paused', async () => {
    const server = await start();
    const client = connect(server);
    await client.set('trade', '1');
    await server.pause();
    let answered = false;
    const answer = client.get('trade').finally(() => {
      answered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(answered).toBe(false);
    server.resume();
    expect(await answer).toBe('1');
    await server.pause();
    await server.kill();
    await server.restart();
    expect(await connect(server).get('trade')).toBe('1');
  });

  it('can be a cluster of one, also after a kill', async () => {
    const server = await start({ cluster: true });
    const cluster = () => {
      const client = new Cluster([server.url()], { clusterRetryStrategy: null });
      client.on('error', () => {});
      clients.push(client);
      return client;
    };
    const first = cluster();
    for (const key of ['a', 'b', 'c', 'd']) await first.set(key, `of ${key}`);
    expect(await connect(server).cluster('SLOTS')).toMatchObject([
      [0, 16_383, ['127.0.0.1', server.port, expect.any(String), []]],
    ]);
    await server.kill();
    await server.restart();
    expect(await cluster().get('c')).toBe('of c');
  });

  it('says what it printed where it does not start', async () => {
    await expect(RedisServer.start({ settings: { appendfsync: 'perhaps' } })).rejects.toThrow('appendfsync');
  });
});
