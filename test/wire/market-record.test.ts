import { describe, expect, it } from 'vitest';
import { CommandKind } from '../../src/model/command.js';
import { EventKind } from '../../src/model/event.js';
import { MarketChannel, type MarketTopic } from '../../src/model/market.js';
import { RejectCode } from '../../src/model/reject.js';
import { marketEventObject } from '../../src/wire/market-event-object.js';
import { readSubscription, subscriptionEvent, writeSubscription } from '../../src/wire/market-record.js';
import {
  marketEventSchema,
  subscribeMessageSchema,
  unsubscribeMessageSchema,
} from '../../src/wire/market-schema.js';
import { stock, testInstruments } from './instruments.js';

const topics: MarketTopic[] = [
  { channel: MarketChannel.Trades, instrument: stock.id, intervalMs: 10, levels: 0 },
  { channel: MarketChannel.Top, instrument: stock.id, intervalMs: 1000, levels: 0 },
  { channel: MarketChannel.Depth, instrument: stock.id, intervalMs: 100, levels: 7 },
];

function record(topic: MarketTopic, kind: number = CommandKind.Subscribe): Int32Array {
  const words = new Int32Array(32);
  writeSubscription(words, 16, kind, topic);
  return words;
}

describe('the record of a subscription', () => {
  it.each(topics)('is read as it was written: %o', (topic) => {
    expect(readSubscription(record(topic), 16)).toEqual(topic);
    expect(readSubscription(record(topic, CommandKind.Unsubscribe), 16)).toEqual(topic);
  });

  it('has defaults where it says 0', () => {
    const [, , depth] = topics as [MarketTopic, MarketTopic, MarketTopic];
    expect(readSubscription(record({ ...depth, intervalMs: 0, levels: 0 }), 16)).toEqual({
      ...depth,
      intervalMs: 100,
      levels: 10,
    });
    expect(readSubscription(record({ ...topics[0]!, intervalMs: 0 }), 16)).toMatchObject({
      intervalMs: 100,
      levels: 0,
    });
  });

  it('is refused where a word says something that has no meaning', () => {
    // The gateway's own two words, the instrument and what is read as it stands.
    const free = [2, 8, 9, 10, 11, 14, 15];
    for (let word = 0; word < 16; word++) {
      const words = record(topics[2]!);
      words[16 + word]! ^= 0x4000_0000;
      const read = readSubscription(words, 16);
      if (word === 0) expect(read).toBe(RejectCode.Malformed);
      else if (word === 1) expect(read).toBe(RejectCode.BadSubscription);
      else if (!free.includes(word)) expect(read).toBe(RejectCode.Malformed);
    }
    const words = record(topics[0]!);
    words[16]! += 1;
    expect(readSubscription(words, 16)).toBe(RejectCode.WrongVersion);
    expect(readSubscription(record({ ...topics[0]!, channel: 4 as MarketChannel }), 16)).toBe(
      RejectCode.BadSubscription,
    );
    const large = record(topics[0]!);
    large[16 + 9] = -1;
    expect(readSubscription(large, 16)).toBe(RejectCode.BadSubscription);
  });

  it.each(topics)('has an answer that has the shape of the schema: %o', (topic) => {
    for (const kind of [EventKind.Subscribed, EventKind.Unsubscribed] as const) {
      const object = marketEventObject(subscriptionEvent(kind, topic, 5n), 0, testInstruments());
      expect(marketEventSchema.parse(object)).toEqual(object);
      expect(object).toMatchObject({ symbol: stock.symbol, intervalMs: topic.intervalMs });
    }
  });

  it('is the same as an object, with the same defaults', () => {
    const least = { channel: 'depth', symbol: stock.symbol };
    for (const [type, schema] of [
      ['subscribe', subscribeMessageSchema],
      ['unsubscribe', unsubscribeMessageSchema],
    ] as const) {
      expect(schema.parse({ type, ...least })).toEqual({ type, ...least, intervalMs: 100 });
      expect(schema.safeParse({ type, ...least, intervalMs: 11 }).success).toBe(false);
      expect(schema.safeParse({ type, ...least, levels: 0 }).success).toBe(false);
      expect(schema.safeParse({ type, ...least, level: 1 }).success).toBe(false);
    }
  });
});
