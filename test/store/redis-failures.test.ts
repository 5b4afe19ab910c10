import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { RedisServer, redisMissing } from '../../load/servers/redis-server.js';
import { LogFeed } from '../../src/follower/log-feed.js';
import { RedisSink } from '../../src/store/redis-sink.js';
import { PositionMoved, StoreAway, StoreRefused } from '../../src/store/sink.js';
import { describeWith } from '../support/not-run.js';
import { CutLine } from './cut-line.js';
import { client, keys, objects, RedisRun, rebuilt, streamedEvents } from './redis-run.js';
import { ShardLog } from './shard-log.js';

/** All that the log has is there, each once. */
async function expectWhole(redis: Redis, log: ShardLog): Promise<void> {
  expect(await redis.hget(keys.position, 'sequence')).toBe(`${log.lastSequence}`);
  expect(await streamedEvents(redis)).toEqual(log.events);
  const { engine } = await rebuilt(redis);
  expect(Buffer.from(engine.snapshot())).toEqual(Buffer.from(log.engine.snapshot()));
  const orders = await objects(redis, `${keys.prefix}order:`);
  expect([...orders.keys()].map(Number).sort((a, b) => a - b)).toEqual(
    log.engine.openOrders().map(({ orderId }) => orderId),
  );
}

function sinkOf(url: string, warnings: string[] = []): RedisSink {
  return new RedisSink({ url, shard: 0, reachableSnapshot: () => 0, warn: (each) => warnings.push(each) });
}

describeWith(redisMissing(), 'a sink of Redis in trouble', () => {
  let server: RedisServer;
  let redis: Redis;
  let log: ShardLog;
  beforeAll(async () => {
    server = await RedisServer.start();
    redis = client(server.url());
  });
  afterAll(async () => {
    redis.disconnect();
    await server.dispose();
  });
  beforeEach(async () => {
    await redis.flushall();
    log = new ShardLog(2);
  });
  afterEach(() => log.close());

  /** The next batch of a feed, sealed. */
  function batchOf(sink: RedisSink, feed: LogFeed) {
    const batch = sink.makeBatch();
    batch.from = feed.position;
    while (batch.rows < 300 && feed.read((run) => sink.add(run, batch)));
    batch.to = feed.position;
    return batch;
  }

  it('moves the position by compare-and-set: a second writer is fenced and changes nothing', async () => {
    log.grow(1500);
    const writers = [sinkOf(server.url()), sinkOf(server.url())];
    const feeds: LogFeed[] = [];
    for (const sink of writers) {
      const position = await sink.open();
      expect(position).toEqual({ sequence: 0, hash: undefined });
      feeds.push(LogFeed.open(log.source, log.logEnd, position));
      await sink.begin(feeds.at(-1)!);
    }
    const [first, second] = writers as [RedisSink, RedisSink];
    const written = batchOf(first, feeds[0]!);
    await first.write(written);
    const before = await redis.xlen(keys.events);
    await expect(second.write(batchOf(second, feeds[1]!))).rejects.toThrow(PositionMoved);
    expect(await redis.xlen(keys.events)).toBe(before);
    expect(await second.open()).toEqual(written.to);
    for (const sink of writers) await sink.disconnect();
    for (const feed of feeds) feed.close();
    await new RedisRun(log, server.url()).finish();
    await expectWhole(redis, log);
  });

  it('writes once what was committed when the answer was lost', async () => {
    const line = await CutLine.to(server.port);
    const run = new RedisRun(log, urlOf(line));
    log.grow(600);
    await run.caughtUp();
    for (let i = 1; i <= 3; i++) {
      line.loseAnswerTo(20_000);
      log.grow(600);
      await run.caughtUp();
      expect(line.lost).toBe(i);
    }
    await run.finish();
    line.close();
    await expectWhole(redis, log);
    expect(run.warnings.filter((each) => each.includes('is back'))).toHaveLength(3);
  });

  it('knows after a lost answer and a restart of the exchange what is there', async () => {
    log.grow(900);
    const line = await CutLine.to(server.port);
    line.loseAnswerTo(20_000);
    const run = new RedisRun(log, urlOf(line));
    run.start();
    while (line.lost === 0) await pause(1);
    await run.stop();
    line.close();
    log.grow(900);
    await new RedisRun(log, server.url()).finish();
    await expectWhole(redis, log);
  });

  it('writes all again where Redis comes back empty', async () => {
    const run = new RedisRun(log, server.url());
    log.grow(1200);
    await run.caughtUp();
    await redis.flushall();
    log.grow(300);
    await run.caughtUp();
    await run.finish();
    await expectWhole(redis, log);
  });

  it('goes on where scripts were forgotten', async () => {
    const run = new RedisRun(log, server.url());
    log.grow(300);
    await run.caughtUp();
    await redis.script('FLUSH');
    log.grow(300);
    await run.finish();
    await expectWhole(redis, log);
    expect(run.warnings).toEqual([]);
  });

  it('refuses where the position was deleted and the streams were not', async () => {
    log.grow(300);
    await new RedisRun(log, server.url()).finish();
    await redis.del(keys.position);
    await expect(sinkOf(server.url()).open()).rejects.toThrow(/delete all keys tickloom:\{shard-0\}:\*/);
    await expect(sinkOf(server.url()).open()).rejects.toThrow(StoreRefused);
  });

  it('is away where Redis takes no writes: a full memory, a replica', async () => {
    log.grow(300);
    const run = new RedisRun(log, server.url());
    await redis.config('SET', 'maxmemory', '1mb');
    run.start();
    while (run.warnings.length === 0) await pause(1);
    expect(run.warnings[0]).toMatch(/away: OOM/);
    await redis.config('SET', 'maxmemory', '0');
    await run.finish();
    await expectWhole(redis, log);
    const replica = await RedisServer.start({ settings: { replicaof: `127.0.0.1 ${server.port}` } });
    await expect(sinkOf(replica.url()).open()).rejects.toThrow(/a replica and takes no writes/);
    await expect(sinkOf(replica.url()).open()).rejects.toThrow(StoreAway);
    await replica.dispose();
  });

  it('warns where Redis may evict', async () => {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const warnings: string[] = [];
    const sink = sinkOf(server.url(), warnings);
    await sink.open();
    await sink.disconnect();
    await sink.open();
    await sink.disconnect();
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/maxmemory-policy allkeys-lru/);
  });

  it('tells a Redis that is not there from one that will never do', async () => {
    const here = `127.0.0.1:${server.port}`;
    await expect(sinkOf('redis://127.0.0.1:1').open()).rejects.toThrow(StoreAway);
    await expect(sinkOf('redis://127.0.0.1:1').open()).rejects.toThrow(/ECONNREFUSED/);
    await expect(sinkOf(`redis://${here}/99`).open()).rejects.toThrow(/name a database that it has/);
    await expect(sinkOf(`redis://:secret@${here}`).open()).rejects.toThrow(/take it out of the URL/);
    await expect(sinkOf(`redis+cluster://${here}`).open()).rejects.toThrow(/is no cluster/);
    await redis.acl('SETUSER', 'clerk', 'on', '>right', '~tickloom:*', '&*', '+@all', '-xtrim');
    await redis.acl('SETUSER', 'writer', 'on', '>right', '~tickloom:*', '&tickloom:*', '+@all', '-info');
    await expect(sinkOf(`redis://clerk:wrong@${here}`).open()).rejects.toThrow(/right user and password/);
    await expect(sinkOf(`redis://clerk:right@${here}`).open()).rejects.toThrow(/may not XTRIM/);
    for (const url of [`redis://${here}/99`, `redis://clerk:wrong@${here}`, `redis://clerk:right@${here}`])
      await expect(sinkOf(url).open()).rejects.toThrow(StoreRefused);
    log.grow(300);
    await new RedisRun(log, `redis://writer:right@${here}`).finish();
    await expectWhole(redis, log);
  });
});

describeWith(redisMissing(), 'another Redis', () => {
  it('has all once after it was killed and started again', async () => {
    const server = await RedisServer.start();
    const log = new ShardLog(4);
    const run = new RedisRun(log, server.url());
    run.start();
    for (let i = 0; i < 3; i++) {
      log.grow(500);
      // In the middle of what is written, if it is quick enough.
      await pause(3);
      await server.kill();
      log.grow(100);
      await server.restart();
      await run.caughtUp();
    }
    await run.finish();
    const redis = client(server.url());
    await expectWhole(redis, log);
    redis.disconnect();
    await server.dispose();
    log.close();
  });

  it('may be a cluster, by its URL or by what it says', async () => {
    const server = await RedisServer.start({ cluster: true });
    const redis = client(server.url());
    const log = new ShardLog(2);
    const said = server.url().replace('redis:', 'redis+cluster:');
    for (const url of [server.url(), said, said]) {
      log.grow(400);
      await new RedisRun(log, url).finish();
    }
    await expectWhole(redis, log);
    redis.disconnect();
    await server.dispose();
    log.close();
  });

  it('may be a cluster of several nodes, whichever is asked, and is followed where it moves', async () => {
    const servers = [
      await RedisServer.start({ settings: { 'cluster-enabled': 'yes' } }),
      await RedisServer.start({ settings: { 'cluster-enabled': 'yes' } }),
    ];
    const nodes = servers.map((server) => client(server.url())) as [Redis, Redis];
    await nodes[0].call('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
    await nodes[1].call('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
    await nodes[0].call('CLUSTER', 'MEET', '127.0.0.1', `${servers[1]!.port}`);
    for (const node of nodes)
      while (!String(await node.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) await pause(20);
    const slot = Number(await nodes[0].call('CLUSTER', 'KEYSLOT', keys.position));
    const owner = slot < 8192 ? 0 : 1;
    const log = new ShardLog(2);
    for (const server of servers) {
      log.grow(400);
      await new RedisRun(log, server.url()).finish();
    }
    await expectWhole(nodes[owner]!, log);
    const hosts = servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const run = new RedisRun(log, `redis+cluster://${hosts}`);
    log.grow(400);
    await run.caughtUp();
    // The slot goes to the other node, without what is in it: a failover that lost all.
    await nodes[owner]!.flushall();
    const other = nodes[1 - owner]!;
    const id = String(await other.call('CLUSTER', 'MYID'));
    for (const node of [other, nodes[owner]!]) await node.call('CLUSTER', 'SETSLOT', `${slot}`, 'NODE', id);
    log.grow(400);
    await run.finish();
    expect(run.warnings.join()).toMatch(/moved to another node/);
    await expectWhole(other, log);
    for (const node of nodes) node.disconnect();
    for (const server of servers) await server.dispose();
    log.close();
  });

  it('asks for its password, also as a cluster', async () => {
    const server = await RedisServer.start({ password: 'secret', cluster: true });
    await expect(sinkOf(server.url().replace(':secret@', '')).open()).rejects.toThrow(
      /NOAUTH.*put the right user/,
    );
    const url = server.url();
    const redis = client(url);
    const log = new ShardLog(2);
    log.grow(300);
    await new RedisRun(log, url.replace('redis:', 'redis+cluster:')).finish();
    await expectWhole(redis, log);
    redis.disconnect();
    await server.dispose();
    log.close();
  });
});

function urlOf(line: CutLine): string {
  return `redis://127.0.0.1:${line.port}`;
}
