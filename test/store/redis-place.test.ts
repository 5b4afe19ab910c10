import { describe, expect, it } from 'vitest';
import { redisFault } from '../../src/store/redis-fault.js';
import { redisPlace } from '../../src/store/redis-place.js';
import { StoreAway, StoreRefused } from '../../src/store/sink.js';

describe('the URL of a Redis', () => {
  it('says where it is and how to get in', () => {
    expect(redisPlace('redis://localhost')).toEqual({
      nodes: [{ host: 'localhost', port: 6379 }],
      isCluster: false,
      isEncrypted: false,
      username: undefined,
      password: undefined,
      database: 0,
      name: 'localhost:6379',
    });
    expect(redisPlace('rediss://clerk:p%40ss@[::1]:7000/3')).toMatchObject({
      nodes: [{ host: '::1', port: 7000 }],
      isEncrypted: true,
      username: 'clerk',
      password: 'p@ss',
      database: 3,
    });
    expect(redisPlace('rediss+cluster://:secret@one,two:7001')).toMatchObject({
      nodes: [
        { host: 'one', port: 6379 },
        { host: 'two', port: 7001 },
      ],
      isCluster: true,
      isEncrypted: true,
      username: undefined,
      password: 'secret',
      name: 'one:6379,two:7001',
    });
  });

  it.each([
    ['http://localhost', /write redis:/],
    ['redis://', /write redis:/],
    ['redis://host:99999', /no host with a port/],
    ['redis://one,two', /redis\+cluster:\/\/one,two/],
    ['redis+cluster://one/2', /no databases/],
    ['redis://:50%@one', /%25/],
  ])('is refused with what to do: %s', (url, sentence) => {
    expect(() => redisPlace(url)).toThrow(StoreRefused);
    expect(() => redisPlace(url)).toThrow(sentence);
  });
});

describe('a fault of Redis', () => {
  it.each([
    ['READONLY You can’t write against a read only replica.', StoreAway],
    ['LOADING Redis is loading the dataset in memory', StoreAway],
    ['CLUSTERDOWN The cluster is down', StoreAway],
    ['OOM command not allowed when used memory > maxmemory', StoreAway],
    ['MISCONF Redis is configured to save RDB snapshots', StoreAway],
    ['Connection is closed.', StoreAway],
    ['WRONGPASS invalid username-password pair or user is disabled.', StoreRefused],
    ['NOAUTH Authentication required.', StoreRefused],
    ['NOPERM this user has no permissions', StoreRefused],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', StoreRefused],
    ['MOVED 1 127.0.0.1:7000', StoreRefused],
  ])('%s', (message, kind) => {
    const fault = redisFault(new Error(message), 'here:1');
    expect(fault).toBeInstanceOf(kind);
    expect(fault.message).toContain('Redis at here:1');
    expect(fault.message).not.toContain('\n');
  });
});
