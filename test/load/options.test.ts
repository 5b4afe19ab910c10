import { describe, expect, it } from 'vitest';
import { readOptions } from '../../load/options.js';
import { OptionsError } from '../../native-free-bench/command-line.js';

describe('the options of a load run', () => {
  it('has the defaults of the help text', () => {
    expect(readOptions([])).toEqual({
      transport: 'ws',
      ordersPerFrame: 1,
      orders: 5_000_000,
      warmUpOrders: 200_000,
      ratePerSecond: undefined,
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
    ['--transport http', /only ws is/],
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
