import { MOST_ITERATED_EVENTS } from '../model/limits.js';
import { Emitter, type Listener, type Unsubscribe } from './emitter.js';
import type { FeedEvent, Topic, Trade } from './market-events.js';
import type { Feed } from './market-feeds.js';
import { ValueStream } from './value-stream.js';

/** Trades that were not told: numbers `from` to `to`, both included. `GET /trades` has them. */
export interface MissedTrades {
  readonly from: number;
  readonly to: number;
}

/** What a feed of trades tells. */
export interface TradeEvents {
  readonly trade: Trade;
  readonly missed: MissedTrades;
  /** No more trades come, because of this. */
  readonly ended: Error;
}

/**
 * The trades of an instrument from now on, each once, in order. Those of the time without a connection are not told:
 * `missed` names them, as soon as there is a later one.
 */
export class TradeFeed implements Feed, AsyncIterable<Trade> {
  readonly topic: Topic;
  readonly #emitter = new Emitter<TradeEvents>();
  readonly #leave: (feed: TradeFeed) => void;
  readonly #streams = new Set<ValueStream<Trade>>();
  readonly #agreed: () => void;
  #lastTrade = 0;

  /**
   * @param agreed called when the exchange has agreed to tell
   * @param leave called when nobody wants it any more
   */
  constructor(topic: Topic, agreed: () => void, leave: (feed: TradeFeed) => void) {
    this.topic = topic;
    this.#agreed = agreed;
    this.#leave = leave;
  }

  get symbol(): string {
    return this.topic.symbol;
  }

  on<Name extends keyof TradeEvents>(name: Name, listener: Listener<TradeEvents[Name]>): Unsubscribe {
    return this.#emitter.on(name, listener);
  }

  /** The trades from here on. A reader that is 262,144 trades behind gets an error. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Trade> {
    const stream: ValueStream<Trade> = new ValueStream(MOST_ITERATED_EVENTS, () =>
      this.#streams.delete(stream),
    );
    this.#streams.add(stream);
    return stream;
  }

  /** Ends the subscription. */
  close(): void {
    for (const stream of [...this.#streams]) stream.end();
    this.#emitter.clear();
    this.#leave(this);
  }

  /** @internal */
  subscribed(): void {
    this.#agreed();
  }

  /** Trades have numbers of their own, by which what is missing is known. @internal */
  take(event: FeedEvent): boolean {
    if (event.event !== 'trades') return true;
    for (const trade of event.trades) {
      if (trade.trade <= this.#lastTrade) continue;
      if (this.#lastTrade > 0 && trade.trade > this.#lastTrade + 1)
        this.#emitter.emit('missed', { from: this.#lastTrade + 1, to: trade.trade - 1 });
      this.#lastTrade = trade.trade;
      this.#emitter.emit('trade', trade);
      for (const stream of this.#streams) stream.push(trade);
    }
    return true;
  }

  /** @internal */
  interrupted(): void {}

  /** @internal */
  ended(error: Error): void {
    for (const stream of [...this.#streams]) stream.end(error);
    this.#emitter.emit('ended', error);
  }
}
