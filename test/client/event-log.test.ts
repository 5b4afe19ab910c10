import { describe, expect, it } from 'vitest';
import { EventLog, type LoggedEvent } from '../../src/client/event-log.js';

/** An event of account 7, as far as the log looks at it. */
function event(
  shard: number,
  sequence: number,
  index: number,
  previous: [number, number] | null,
  account = 7,
) {
  const chain = previous === null ? null : { sequence: previous[0], index: previous[1] };
  return { event: 'fill', shard, sequence, index, account, previous: chain } as unknown as LoggedEvent;
}

const resumed = (shard: number, sequence: number, complete = true) =>
  ({ event: 'resumed', position: { shard, sequence }, timeNs: '0', complete, events: 0 }) as const;

describe('the log of a client', () => {
  it('begins at the end of each shard, and goes on from where it is told', () => {
    const log = new EventLog(2, { 1: { sequence: 5, index: 2 } });
    expect(log.after()).toEqual(['0:281474976710655.4294967295', '1:5.2']);
    expect(log.places).toEqual({ 1: { sequence: 5, index: 2 } });
    expect(log.resumed(resumed(0, 40))).toBe(true);
    expect(log.after()).toEqual(['0:40.4294967295', '1:5.2']);
    expect(log.take(event(0, 40, 1, null))).toBe('known');
    expect(log.take(event(0, 41, 0, [12, 1]))).toBe('new');
    expect(log.places).toEqual({ 0: { sequence: 41, index: 0 }, 1: { sequence: 5, index: 2 } });
  });

  it('tells each event once', () => {
    const log = new EventLog(1);
    log.resumed(resumed(0, 0));
    expect(log.take(event(0, 1, 0, null))).toBe('new');
    expect(log.take(event(0, 1, 0, null))).toBe('known');
    expect(log.take(event(0, 1, 1, [1, 0]))).toBe('new');
    expect(log.take(event(0, 1, 0, null))).toBe('known');
    expect(log.take(event(0, 3, 0, null, 8))).toBe('new');
    expect(log.take(event(0, 4, 0, [1, 1]))).toBe('new');
  });

  it('finds what is missing, and takes it the second time', () => {
    const log = new EventLog(1);
    log.resumed(resumed(0, 0));
    log.take(event(0, 1, 0, null));
    expect(log.take(event(0, 5, 0, [4, 0]))).toBe('broken');
    expect(log.after()).toEqual(['0:1.0']);
    // It was told after all.
    expect(log.take(event(0, 4, 0, [1, 0]))).toBe('new');
    expect(log.take(event(0, 5, 0, [4, 0]))).toBe('new');
    expect(log.isGapBefore).toBe(false);
    expect(log.take(event(0, 9, 0, [8, 0]))).toBe('broken');
    expect(log.take(event(0, 9, 0, [8, 0]))).toBe('new');
    expect(log.isGapBefore).toBe(true);
    expect(log.take(event(0, 10, 0, [9, 0]))).toBe('new');
    expect(log.isGapBefore).toBe(false);
  });

  it('says where not all is told, and goes on behind it', () => {
    const log = new EventLog(1);
    log.resumed(resumed(0, 0));
    log.take(event(0, 1, 0, null));
    expect(log.resumed(resumed(0, 900, false))).toBe(false);
    expect(log.take(event(0, 901, 0, [899, 3]))).toBe('new');
    // A log that has lost its end.
    expect(log.resumed(resumed(0, 700))).toBe(false);
    expect(log.take(event(0, 701, 0, [650, 0]))).toBe('new');
  });

  it('has no chain for the operator', () => {
    const log = new EventLog(1);
    log.resumed(resumed(0, 0));
    const change = (sequence: number) =>
      ({ event: 'stateChanged', shard: 0, sequence, index: 0 }) as unknown as LoggedEvent;
    expect([log.take(change(1)), log.take(change(1)), log.take(change(9))]).toEqual(['new', 'known', 'new']);
  });
});
