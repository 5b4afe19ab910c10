import { describe, expect, it } from 'vitest';
import { Accounts } from '../../src/book/accounts.js';
import { ClientIds } from '../../src/book/client-ids.js';
import { EventWriter } from '../../src/book/event-writer.js';
import { record } from './commands.js';

/** Three thousand commands; every third makes an order that lives for 2,100 commands more. Returns all that was seen. */
function run(start: number): string[] {
  let window = 300;
  const ids = new ClientIds(window, 0, start);
  const events = new EventWriter(new Accounts());
  const log: string[] = [];
  const idOf = (i: number) => (i % 5 === 0 ? `text ${i}` : i);
  const admit = (i: number, slot = -1): boolean => {
    const clientId = idOf(i);
    const order = { kind: 'new', account: 7, instrument: 1, clientId, side: 1, price: 1, size: 1 } as const;
    const isNew = ids.admit(record(order), 0);
    if (isNew && slot >= 0) ids.keepOrder(events, events.claim(24), slot);
    else if (isNew) ids.keep(events, events.claim(24));
    return isNew;
  };
  for (let i = 1; i < 3000; i++) {
    const slot = (i / 3) % 700;
    if (Number.isInteger(slot)) {
      ids.releaseOrder(slot);
      admit(i, slot);
    } else {
      admit(i);
    }
    // Ids from within the window, from its edge, and from before it.
    for (const back of [1, window - 1, window, window + 1, 2 * window])
      if (i % 10 === 1 && i > back) log.push(`${i}: ${i - back} ${admit(i - back) ? 'is new' : ids.isRetry}`);
    const target = idOf(i - 3 * (i % 400));
    if (typeof target === 'number')
      log.push(`${i}: the order of ${target} is ${ids.findOrder(target, 0, 7)}`);
    log.push(`${ids.count} ids`);
    if (i % 100 === 0) {
      window = 300 + ((i * 7) % 600);
      ids.resize(window);
    }
    events.clear();
  }
  return log;
}

describe('the counter of the window', () => {
  it('wraps without a trace', () => {
    const log = run(0);
    expect(log.some((line) => line.endsWith('true'))).toBe(true);
    expect(log.some((line) => line.endsWith('is new'))).toBe(true);
    expect(log.some((line) => / is [1-9]\d*$/.test(line))).toBe(true);
    for (const before of [1, 2, 100, 256, 299, 300, 301, 1500, 2999])
      expect(run(2 ** 30 - before)).toEqual(log);
  });
});
