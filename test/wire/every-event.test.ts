import { Decoder } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { encodeEvents } from '../../src/gateway/msgpack.js';
import { EventKind } from '../../src/model/event.js';
import { type EventObject, eventObject } from '../../src/wire/event-object.js';
import { CELL_WORDS, eventCells } from '../../src/wire/event-record.js';
import { eventObjectSchema } from '../../src/wire/event-schema.js';
import { InstrumentTable } from '../../src/wire/instrument-table.js';
import { EngineHost } from '../book/engine-host.js';
import { readEvents } from '../book/events.js';
import { featuresOf } from '../book/features.js';
import { RandomFlow } from '../book/random-flow.js';
import { TIME_BASE } from '../book/venue.js';
import { decodeEvents } from '../support/binary-client.js';

const COMMANDS = 6000;

/** Takes every event that a flow of all features makes, as an object and as the tests of the book read it. */
function forEachEvent(check: (object: EventObject, words: Int32Array, at: number) => void): void {
  const host = new EngineHost({ shard: 0, clientIdWindow: 80 });
  const options = { features: featuresOf('all'), instruments: 4 };
  const flow = new RandomFlow(new SeededRandomness(11), options, TIME_BASE);
  const table = new InstrumentTable();
  for (const instrument of flow.instruments) {
    host.apply({ kind: 'list', instrument }, TIME_BASE);
    table.add(instrument, 0);
  }
  for (let i = 0; i < COMMANDS; i++) {
    const command = flow.next();
    flow.observe(host.apply(command, flow.time));
    const { words, length } = host.engine.events;
    for (let at = 0; at < length; at += eventCells(words[at]!) * CELL_WORDS)
      check(eventObject(words, at, table), words, at);
  }
}

describe('the object of an event', () => {
  it('has the shape of the schema, and tells what the record tells, for all that a book can say', () => {
    const kinds = new Set<number>();
    const names = new Set<string>();
    forEachEvent((object, words, at) => {
      const parsed = eventObjectSchema.safeParse(object);
      if (!parsed.success) throw new Error(`${JSON.stringify(object)}: ${parsed.error.message}`);
      const [seen] = readEvents(words.slice(at), eventCells(words[at]!) * CELL_WORDS);
      kinds.add(seen!.kind);
      names.add(object.event);
      const told: Readonly<Record<string, unknown>> = { ...object };
      expect(told['sequence']).toBe(seen!.sequence);
      expect(told['timeNs']).toBe(String(seen!.time));
      if ('orderId' in object && object.orderId !== null) expect(object.orderId).toBe(seen!.order);
      if (seen!.terms !== undefined) expect(told['orderType']).toBeTypeOf('string');
    });
    // Listings are made before the flow begins, books are read, and sessions resume.
    const { Book, Resumed, Listed, ...ofTheFlow } = EventKind;
    // From there up they are a gateway's own, which no book says.
    const all = Object.values(ofTheFlow).filter((kind) => kind < EventKind.Time);
    expect([...kinds].sort((a, b) => a - b)).toEqual(all.sort((a, b) => a - b));
    expect(names.size).toBe(kinds.size);
  });

  it('is the same after the way through msgpack and through JSON', () => {
    const decoder = new Decoder();
    forEachEvent((object) => {
      expect(decoder.decode(encodeEvents([object]))).toEqual([object]);
      expect(JSON.parse(JSON.stringify(object))).toEqual(object);
    });
  });

  it('says what an independent reader of the record says', () => {
    forEachEvent((object, words, at) => {
      const bytes = Buffer.from(words.slice(at, at + eventCells(words[at]!) * CELL_WORDS).buffer);
      const [event, ...more] = decodeEvents(bytes);
      expect(more).toEqual([]);
      expect(event!.kind).toBe(object.event);
      expect(String(event!.time)).toBe(object.timeNs);
      if ('index' in object) expect(event!.index).toBe(object.index);
      if ('account' in object) expect(event!.account).toBe(object.account);
      if ('orderId' in object && object.orderId !== null) expect(event!.orderId).toBe(object.orderId);
      if ('clientOrderId' in object) expect(event!.clientId).toBe(object.clientOrderId);
    });
  });
});
