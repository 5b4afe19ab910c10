import { Engine, type EngineSettings, type Level } from '../../src/book/engine.js';
import { Side } from '../../src/model/command.js';
import { placeOf } from '../../src/model/identity.js';
import { type ClientId, type Command, instrument, record, type Target } from './commands.js';
import { readEvents, type SeenEvent } from './events.js';

/** High half of the time of every frame, so that both halves are seen to be used. */
export const TIME_HIGH = 5;
export const TIME_BASE = TIME_HIGH * 2 ** 32;

type Terms = Partial<{
  account: number;
  instrument: number;
  id: ClientId;
  immediate: boolean;
  session: number;
}>;

/** An engine with a log in front of it, and short words for what the scenarios need. */
export class Venue {
  readonly engine: Engine;
  readonly shard: number;
  #time = 1000;
  /** Ids that a test gives itself are smaller. */
  #clientId = 500_000;

  /** With instrument 1 listed (command 1), unless `listed` is false. */
  constructor(settings: Partial<EngineSettings> = {}, listed = true) {
    this.shard = settings.shard ?? 3;
    this.engine = new Engine({ shard: this.shard, ...settings });
    if (listed) this.send({ kind: 'list', instrument: instrument(1) });
  }

  /** Applies a command at the next nanosecond and returns its events. */
  send(command: Command): SeenEvent[] {
    return this.sendWords(record(command));
  }

  sendWords(words: Int32Array): SeenEvent[] {
    const { events } = this.engine;
    events.clear();
    const length = this.engine.apply(words, 0, this.engine.sequence + 1, this.#time++, TIME_HIGH);
    if (length !== events.length) throw new Error(`apply said ${length} words and wrote ${events.length}`);
    return readEvents(events.words, length);
  }

  /** Time of the frame of the next command. */
  get nextTime(): number {
    return TIME_BASE + this.#time;
  }

  buy(size: number, price: number, terms: Terms = {}): SeenEvent[] {
    return this.#new(Side.Buy, size, price, terms);
  }

  sell(size: number, price: number, terms: Terms = {}): SeenEvent[] {
    return this.#new(Side.Sell, size, price, terms);
  }

  cancel(target: SeenEvent[] | Target, terms: Terms = {}): SeenEvent[] {
    return this.send({ kind: 'cancel', ...this.#ids(terms, 0), target: this.#target(target) });
  }

  amend(
    target: SeenEvent[] | Target,
    change: { price?: number; size?: number },
    terms: Terms = {},
  ): SeenEvent[] {
    return this.send({ kind: 'amend', ...this.#ids(terms, 0), target: this.#target(target), ...change });
  }

  bids(id = 1): Level[] {
    return this.engine.levels(id, Side.Buy);
  }

  asks(id = 1): Level[] {
    return this.engine.levels(id, Side.Sell);
  }

  /** Best price first, as `size@price` and, where there are several, `×orders`. */
  book(id = 1): string {
    const side = (levels: Level[]) =>
      levels.map(
        (level) => `${level.sizeLots}@${level.priceTicks}${level.orders > 1 ? `×${level.orders}` : ''}`,
      );
    return `${side(this.bids(id)).join(' ')} | ${side(this.asks(id)).join(' ')}`;
  }

  /** An order's id, from the sequence of the command that made it. */
  orderId(sequence: number): number {
    return placeOf(this.shard, sequence);
  }

  #new(side: number, size: number, price: number, terms: Terms): SeenEvent[] {
    const { immediate = false } = terms;
    return this.send({ kind: 'new', ...this.#ids(terms, 1), side, size, price, immediate });
  }

  #ids(terms: Terms, instrumentId: number) {
    const { account = 7, instrument: named = instrumentId, id = ++this.#clientId, session = 0 } = terms;
    return { account, instrument: named, clientId: id, session };
  }

  /** The order that the events of a New speak of. */
  #target(target: SeenEvent[] | Target): Target {
    return Array.isArray(target) ? { orderId: this.orderId(target[0]!.order) } : target;
  }
}
