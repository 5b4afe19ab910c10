import type { IntervalMs, Topic } from './market-events.js';
import type { Feed, MarketFeeds } from './market-feeds.js';
import { SyncedBook } from './synced-book.js';
import { TopOfBook } from './top-of-book.js';
import { TradeFeed } from './trade-feed.js';

export interface FeedOptions {
  /** How often at most something is told, in ms: 10, 20, 50, 100, 200, 500 or 1000. Default: 100. */
  readonly intervalMs?: IntervalMs | undefined;
}

export interface OrderBookOptions extends FeedOptions {
  /** Levels of each side, 1 to 100. Default: 10. */
  readonly levels?: number | undefined;
}

const INTERVAL_MS = 100;
const LEVELS = 10;

type View = Feed & { on(name: 'ended', listener: (error: Error) => void): unknown };

/** Books, tops and trades as users see them: each is there once the exchange has told it for the first time. */
export class MarketViews {
  readonly #feeds: MarketFeeds;

  constructor(feeds: MarketFeeds) {
    this.#feeds = feeds;
  }

  orderBook(
    symbol: string,
    { intervalMs = INTERVAL_MS, levels = LEVELS }: OrderBookOptions,
  ): Promise<SyncedBook> {
    return this.#open({ channel: 'depth', symbol, intervalMs, levels }, (topic, leave, ready) => {
      const book = new SyncedBook(topic, leave);
      book.on('change', ready);
      return book;
    });
  }

  top(symbol: string, { intervalMs = INTERVAL_MS }: FeedOptions): Promise<TopOfBook> {
    return this.#open({ channel: 'top', symbol, intervalMs }, (topic, leave, ready) => {
      const top = new TopOfBook(topic, leave);
      top.on('change', ready);
      return top;
    });
  }

  trades(symbol: string, { intervalMs = INTERVAL_MS }: FeedOptions): Promise<TradeFeed> {
    return this.#open(
      { channel: 'trades', symbol, intervalMs },
      (topic, leave, ready) => new TradeFeed(topic, ready, leave),
    );
  }

  #open<Made extends View>(
    topic: Topic,
    make: (topic: Topic, leave: (view: Feed) => void, ready: () => void) => Made,
  ): Promise<Made> {
    return new Promise((resolve, reject) => {
      const view: Made = make(
        topic,
        (left) => this.#feeds.remove(left),
        () => resolve(view),
      );
      view.on('ended', reject);
      this.#feeds.add(view);
    });
  }
}
