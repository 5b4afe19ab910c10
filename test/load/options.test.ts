import { describe, expect, it } from 'vitest';
import { readHttpOptions } from '../../load/http-options.js';
import { readMode } from '../../load/modes.js';
import { type LoadOptions, readWsOptions } from '../../load/options.js';
import { readOverloadOptions } from '../../load/overload-options.js';
import { OptionsError } from '../../native-free-bench/command-line.js';

function readOptions(argv: readonly string[]): LoadOptions | undefined {
  const read = readMode(argv);
  return read === undefined ? undefined : readWsOptions(read.given);
}

describe('the options of a load run', () => {
  it('has the defaults of the help text', () => {
    expect(readOptions([])).toEqual({
      transport: 'ws',
      ordersPerFrame: 1,
      orders: 5_000_000,
      warmUpOrders: 200_000,
      ratePerSecond: undefined,
      burst: 1,
      mix: 'steady',
      idleConnections: 0,
      slowReaders: 0,
      subscribers: 0,
      keys: false,
      clientBacklogBytes: undefined,
      clientStallMs: undefined,
      out: undefined,
      connections: expect.any(Number),
      underWay: expect.any(Number),
      shards: 1,
      gateways: 1,
      durability: 'fsync',
      follower: 'on',
      snapshotCommands: undefined,
      postgres: 'off',
      redis: undefined,
      storeWriteMs: undefined,
      dataDirectory: undefined,
      configFile: undefined,
      echo: true,
      seed: 42,
      json: false,
    });
  });

  it('takes the documented command', () => {
    const options = readOptions('--transport ws --frames single --orders 5000000 --json'.split(' '));
    expect(options).toMatchObject({ ordersPerFrame: 1, orders: 5_000_000, json: true });
  });

  it('counts the orders of a rate run from its length', () => {
    expect(readOptions(['--rate', '100000'])).toMatchObject({ ratePerSecond: 100_000, orders: 2_000_000 });
    expect(readOptions(['--rate', '100_000', '--seconds', '3'])).toMatchObject({ orders: 300_000 });
    expect(readOptions(['--rate', '100000', '--orders', '7'])).toMatchObject({ orders: 7 });
  });

  it('gives nothing where help is asked for', () => {
    expect(readOptions(['--help'])).toBeUndefined();
    expect(readOptions(['-h'])).toBeUndefined();
  });

  it.each([
    ['--transport tcp', /takes ws or http/],
    ['--burst 10', /go together/],
    ['--burst 10 --every-ms 5 --rate 7', /leave --rate/],
    ['--burst 10 --every-ms 5 --frames many', /not a whole number of frames/],
    ['--mix quotes --frames many', /one a frame/],
    ['--mix fast', /--mix takes steady, grow/],
    ['--rounds 2', /--rounds does not go with --transport ws; it goes with --transport http/],
    ['--times 3', /it goes with --overload/],
    ['--overload --transport http', /leave --transport http out/],
    ['--subscribers 2 --keys', /--keys does not go with --subscribers/],
    ['--subscribers 2 --transport http', /--subscribers does not go with --transport http/],
    ['--subscribers 2 --overload', /--subscribers does not go with --overload/],
    ['--subscribers 2 --follower off', /needs followers/],
    ['--subscribers 2 --durability none', /needs followers/],
    ['--subscribers many', /--subscribers takes a whole number/],
    ['--frames few', /single or many/],
    ['--orders ten', /--orders takes a whole number/],
    ['--orders 0', /--orders takes a whole number from 1/],
    ['--orders -5', /--orders/],
    ['--orders 1e6', /--orders takes a whole number/],
    ['--rate 1.5', /--rate takes a whole number/],
    ['--seconds 5', /--seconds goes with --rate/],
    ['--rate 10 --seconds 5 --orders 3', /not both/],
    ['--rate 10 --under-way 500', /--under-way bounds a closed-loop run/],
    ['--rate 10000000 --seconds 1000', /are over 100000000 orders/],
    ['--connections 8 --under-way 4', /at least 8/],
    ['--frames many --connections 8 --under-way 100', /at least 512/],
    ['--durability disk', /takes fsync, os or none/],
    ['--colour', /--colour/],
    ['5000', /5000/],
  ])('refuses %s with a sentence that helps', (line, message) => {
    const read = () => readOptions(line.split(' '));
    expect(read).toThrow(OptionsError);
    expect(read).toThrow(message);
  });
});

describe('the options of the other runs', () => {
  const given = (line: string) => readMode(line.split(' '))!;

  it('counts a burst as a rate', () => {
    expect(readOptions('--burst 500 --every-ms 50 --seconds 2'.split(' '))).toMatchObject({
      burst: 500,
      ratePerSecond: 10_000,
      orders: 20_000,
    });
  });

  it('reads a run over HTTP', () => {
    const { mode, given: values } = given('--transport http --connections 7 --rounds 2');
    expect(mode).toBe('http');
    expect(readHttpOptions(values)).toMatchObject({
      connections: 7,
      orders: undefined,
      seconds: 5,
      warmUpOrders: 20_000,
      rounds: 2,
    });
  });

  it.each([
    ['--transport http --orders 5 --seconds 5', /not both/],
    ['--transport http --orders 50', /at least the 100 of --connections/],
  ])('refuses %s with a sentence that helps', (line, message) => {
    expect(() => readHttpOptions(given(line).given)).toThrow(message);
  });

  it('reads the proof of overload: a tenth never reads', () => {
    const { mode, given: values } = given('--overload --connections 250 --capacity 5000');
    expect(mode).toBe('overload');
    expect(readOverloadOptions(values)).toMatchObject({
      connections: 250,
      slowReaders: 25,
      capacity: 5_000,
      times: 10,
    });
  });
});
