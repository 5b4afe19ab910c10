import { nextEvent } from '../../wire/event-record.js';
import type { InstrumentTable } from '../../wire/instrument-table.js';
import { marketEventObject } from '../../wire/market-event-object.js';
import type { MarketEvent } from '../../wire/market-schema.js';
import { encodeJson } from '../json.js';
import { encodeEvents } from '../msgpack.js';
import { Protocol } from '../session.js';

/** What all subscribers of a feed are told in one message: encoded once in each protocol that one of them speaks. */
export class MarketMessage {
  /** Event records, back to back; not to change any more. */
  readonly words: Int32Array;
  readonly #instruments: InstrumentTable;
  #objects: MarketEvent[] | undefined;
  #msgpack: Uint8Array | undefined;
  #json: Uint8Array | undefined;

  constructor(words: Int32Array, instruments: InstrumentTable) {
    this.words = words;
    this.#instruments = instruments;
  }

  /** The same for those who are told objects. */
  get objects(): readonly MarketEvent[] {
    this.#objects ??= this.#decode();
    return this.#objects;
  }

  bytes(protocol: Protocol): Uint8Array {
    switch (protocol) {
      case Protocol.Binary:
        return new Uint8Array(this.words.buffer, this.words.byteOffset, this.words.byteLength);
      case Protocol.Msgpack:
        // The encoder uses its memory again.
        this.#msgpack ??= encodeEvents(this.objects).slice();
        return this.#msgpack;
      case Protocol.Json:
        this.#json ??= encodeJson(this.objects);
        return this.#json;
    }
  }

  #decode(): MarketEvent[] {
    const events: MarketEvent[] = [];
    for (let at = 0; at < this.words.length; at = nextEvent(this.words, at))
      events.push(marketEventObject(this.words, at, this.#instruments));
    return events;
  }
}
