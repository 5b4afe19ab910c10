import { describe, expect, it } from 'vitest';
import { addressGroup } from '../../src/access/address-group.js';
import { FailedLogins } from '../../src/access/failed-logins.js';

const second = 1_000_000_000;

describe('failed logins', () => {
  it('are so many at once and then so many a second', () => {
    const logins = new FailedLogins({ burst: 3, perSecond: 1, addresses: 100 });
    expect(logins.mayTry('10.0.0.1', 0)).toBe(true);
    for (let count = 0; count < 3; count++) {
      expect(logins.mayTry('10.0.0.1', 0)).toBe(true);
      logins.failed('10.0.0.1', 0);
    }
    expect(logins.mayTry('10.0.0.1', 0)).toBe(false);
    expect(logins.waitNs('10.0.0.1', 0)).toBe(second);
    expect(logins.mayTry('10.0.0.2', 0)).toBe(true);
    expect(logins.mayTry('10.0.0.1', second - 1)).toBe(false);
    expect(logins.mayTry('10.0.0.1', second)).toBe(true);
    logins.failed('10.0.0.1', second);
    expect(logins.mayTry('10.0.0.1', second)).toBe(false);
    expect(logins.mayTry('10.0.0.1', 10 * second)).toBe(true);
  });

  it('of a crowd stay within their bound, and forget the oldest', () => {
    const logins = new FailedLogins({ burst: 1, perSecond: 1, addresses: 10 });
    for (let address = 0; address < 100; address++) logins.failed(`10.0.0.${address}`, address);
    expect(logins.size).toBe(10);
    expect(logins.mayTry('10.0.0.89', 100)).toBe(true);
    expect(logins.mayTry('10.0.0.90', 100)).toBe(false);
    // One that fails again counts as new.
    logins.failed('10.0.0.90', 100);
    logins.failed('10.0.1.1', 100);
    expect(logins.mayTry('10.0.0.90', 100)).toBe(false);
    expect(logins.mayTry('10.0.0.91', 100)).toBe(true);
  });

  it('that are long ago take no memory', () => {
    const logins = new FailedLogins({ burst: 5, perSecond: 1, addresses: 1000 });
    for (let address = 0; address < 200; address++) logins.failed(`10.0.0.${address}`, 0);
    expect(logins.size).toBe(200);
    logins.failed('10.1.0.0', 2 * second);
    expect(logins.size).toBe(1);
  });
});

describe('addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::ffff:0a00:0001', '10.0.0.1'],
    ['0000:0000:0000:0000:0000:ffff:0a00:0001', '10.0.0.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0000:0000:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4::/64'],
    ['1::2::3', '1::2::3'],
    ['1:2:3', '1:2:3'],
    ['x::1', 'x::1'],
    ['', ''],
  ])('of %s count as %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});
