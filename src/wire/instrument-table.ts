import { differingField, type Instrument } from '../model/instrument.js';

interface Entry {
  readonly instrument: Instrument;
  readonly shard: number;
}

/**
 * The instruments that an exchange lists, by number and by symbol, each with the shard that owns it. One per thread;
 * grows as listings are seen, never shrinks.
 */
export class InstrumentTable {
  readonly #byId = new Map<number, Entry>();
  readonly #bySymbol = new Map<string, Entry>();

  /**
   * Takes in an instrument. Once more with the same content changes nothing: a restarted shard tells its listings again.
   *
   * @throws RangeError where the number or the symbol belongs to another instrument or shard.
   */
  add(instrument: Instrument, shard: number): void {
    const entry = this.#byId.get(instrument.id) ?? this.#bySymbol.get(instrument.symbol);
    if (entry !== undefined) {
      if (
        entry.shard === shard &&
        entry.instrument.id === instrument.id &&
        differingField(entry.instrument, instrument) === undefined
      )
        return;
      throw new RangeError(
        `instrument ${instrument.id} (${instrument.symbol}) of shard ${shard} is listed already as ` +
          `${entry.instrument.id} (${entry.instrument.symbol}) of shard ${entry.shard}`,
      );
    }
    const added = { instrument, shard };
    this.#byId.set(instrument.id, added);
    this.#bySymbol.set(instrument.symbol, added);
  }

  byId(id: number): Instrument | undefined {
    return this.#byId.get(id)?.instrument;
  }

  bySymbol(symbol: string): Instrument | undefined {
    return this.#bySymbol.get(symbol)?.instrument;
  }

  /** The shard that owns an instrument, -1 where there is no such instrument. */
  shardOf(id: number): number {
    return this.#byId.get(id)?.shard ?? -1;
  }

  /** All instruments, in the order of their listing. */
  all(): Instrument[] {
    return Array.from(this.#byId.values(), (entry) => entry.instrument);
  }
}
