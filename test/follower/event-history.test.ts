import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { type EventFilter, EventHistory } from '../../src/follower/event-history.js';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { placeOf } from '../../src/model/identity.js';
import {
  EVENT_ACCOUNT,
  EVENT_CELLS,
  EVENT_CODE,
  EVENT_INDEX,
  EVENT_ORDER,
  EVENT_PLACE,
  eventCode,
  eventHead,
  nextEvent,
  sequenceOfEvent,
} from '../../src/wire/event-record.js';
import { writeWhole } from '../../src/wire/words.js';

interface Told {
  sequence: number;
  index: number;
  account: number;
  kind?: number;
  flags?: number;
  cells?: number;
  order?: number;
}

function record({
  sequence,
  index,
  account,
  kind = EventKind.Fill,
  flags = 0,
  cells = EVENT_CELLS,
  order = 0,
}: Told): Int32Array {
  const words = new Int32Array(cells * 8);
  words[0] = eventHead(kind, cells, 1);
  words[EVENT_CODE] = eventCode(0, flags);
  writeWhole(words, EVENT_PLACE, placeOf(3, sequence));
  words[EVENT_INDEX] = index;
  words[EVENT_ACCOUNT] = account;
  writeWhole(words, EVENT_ORDER, order);
  return words;
}

function keysOf(words: Int32Array): string[] {
  const keys: string[] = [];
  for (let at = 0; at < words.length; at = nextEvent(words, at))
    keys.push(`${sequenceOfEvent(words, at)}.${words[at + EVENT_INDEX]}`);
  return keys;
}

describe('the history of events', () => {
  it('tells what is behind an event, of the accounts that are asked for, in order', () => {
    const history = new EventHistory(0);
    const events: Told[] = [
      { sequence: 1, index: 0, account: 7 },
      { sequence: 2, index: 0, account: 8 },
      { sequence: 2, index: 1, account: 7 },
      { sequence: 2, index: 2, account: 9 },
      { sequence: 3, index: 0, account: 7, flags: EventFlag.Repeated },
      { sequence: 4, index: 0, account: 0, kind: EventKind.TimePassed },
      { sequence: 5, index: 0, account: 7, cells: 6 },
    ];
    for (const event of events) history.add(record(event), record(event).length);
    const missed = (accounts: number[], sequence: number, index: number) => {
      const { words, isComplete } = history.missed(accounts, sequence, index);
      expect(isComplete).toBe(true);
      return keysOf(words);
    };
    expect(missed([7], 0, 0)).toEqual(['1.0', '2.1', '5.0']);
    expect(missed([7, 8], 1, 0)).toEqual(['2.0', '2.1', '5.0']);
    expect(missed([7], 2, 0)).toEqual(['2.1', '5.0']);
    expect(missed([7], 2, 1)).toEqual(['5.0']);
    expect(missed([7, 0], 5, 0)).toEqual([]);
    expect(missed([6], 0, 0)).toEqual([]);
  });

  it('tells what commands behind one have done to an account or an order, as far as it remembers', () => {
    const history = new EventHistory(10);
    const events: Told[] = [
      { sequence: 11, index: 0, account: 7, order: 11 },
      { sequence: 12, index: 0, account: 8, order: 12 },
      { sequence: 12, index: 1, account: 7, order: 11 },
      { sequence: 13, index: 0, account: 7, order: 11, flags: EventFlag.Repeated },
      { sequence: 14, index: 0, account: 7, order: 2 ** 48 + 11 },
    ];
    for (const event of events) history.add(record(event), record(event).length);
    const tail = (of: EventFilter, after: number) => {
      const found = history.tail(of, after);
      return [keysOf(found.words), found.after];
    };
    expect(tail({ account: 7 }, 10)).toEqual([['11.0', '12.1', '14.0'], 10]);
    expect(tail({ account: 7 }, 12)).toEqual([['14.0'], 12]);
    expect(tail({ orderId: 11 }, 11)).toEqual([['12.1'], 11]);
    expect(tail({ orderId: 13 }, 11)).toEqual([[], 11]);
    // Before, somebody else has to know.
    expect(tail({ orderId: 11 }, 3)).toEqual([['11.0', '12.1'], 10]);
  });

  it('says so where it begins too late, and never tells a part', () => {
    const history = new EventHistory(10);
    history.add(record({ sequence: 11, index: 0, account: 7 }), 24);
    expect(history.missed([7], 9, 0)).toMatchObject({ isComplete: false });
    // Of command 10 the client may have seen only some events.
    expect(history.missed([7], 10, 0)).toMatchObject({ isComplete: false });
    expect(history.missed([7], 11, 0)).toMatchObject({ isComplete: true });
  });

  it('forgets from the front, and tells the same as a list would', () => {
    const random = new SeededRandomness(5);
    const history = new EventHistory(0, 4 * 1024 * 1024);
    const all: Told[] = [];
    let sequence = 0;
    for (let batch = 0; batch < 300; batch++) {
      const records: Int32Array[] = [];
      for (let i = 0; i < 400; i++) {
        sequence++;
        const events = 1 + random.below(3);
        for (let index = 0; index < events; index++) {
          const event = { sequence, index, account: 1 + random.below(4), cells: 3 + random.below(3) };
          all.push(event);
          records.push(record(event));
        }
      }
      const words = new Int32Array(records.reduce((sum, one) => sum + one.length, 0));
      let at = 0;
      for (const one of records) {
        words.set(one, at);
        at += one.length;
      }
      history.add(words, words.length);
    }
    expect(history.before).toBeGreaterThan(sequence / 2);
    for (let i = 0; i < 40; i++) {
      const from = Math.floor(history.before) - 50 + random.below(sequence - history.before + 50);
      const index = random.below(3);
      const account = 1 + random.below(4);
      const { words, isComplete } = history.missed([account], from, index);
      expect(isComplete).toBe(from > history.before);
      if (!isComplete) expect(words).toHaveLength(0);
      else
        expect(keysOf(words)).toEqual(
          all
            .filter((event) => event.account === account)
            .filter((event) => event.sequence > from || (event.sequence === from && event.index > index))
            .map((event) => `${event.sequence}.${event.index}`),
        );
    }
  });
});
