import { browser, type PageSocket } from './browser.js';
import type { BookAnswer, Level, TradeAnswer } from './exchange-answers.js';

/** Book and trades of the chosen instrument as the exchange tells them, over its market data. */

/** The session acts for an account that nobody is likely to have: it is for market data alone. */
const PATH = '/ws?account=2147483647';
const PROTOCOL = 'tickloom.json.v1';
const INTERVAL_MS = 500;
const KEPT_TRADES = 50;
/** Rounds after which a feed that could not be opened is tried again. */
const FEED_REST_ROUNDS = 10;

interface MarketEvent {
  readonly event: string;
  readonly symbol: string;
  readonly snapshot?: true;
  readonly bids?: readonly Level[];
  readonly asks?: readonly Level[];
  readonly lastPrice?: string | null;
  readonly state?: string;
  readonly trades?: readonly {
    readonly trade: number;
    readonly price: string;
    readonly size: string;
    readonly side: string;
    readonly timeNs: string;
  }[];
}

type Side = Map<string, Level>;

export class MarketFeed {
  readonly #levels: number;
  readonly #onBook: (book: BookAnswer) => void;
  readonly #onTrades: (trades: readonly TradeAnswer[]) => void;
  #socket: PageSocket | undefined;
  #isOpen = false;
  #rest = 0;
  #symbol = '';
  #bids: Side = new Map();
  #asks: Side = new Map();
  #state = '';
  #lastPrice: string | null = null;
  #trades: TradeAnswer[] = [];

  constructor(
    levels: number,
    onBook: (book: BookAnswer) => void,
    onTrades: (trades: readonly TradeAnswer[]) => void,
  ) {
    this.#levels = levels;
    this.#onBook = onBook;
    this.#onTrades = onTrades;
  }

  /** True where it tells of the chosen instrument by itself. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  choose(symbol: string): void {
    if (this.#isOpen) this.#say('unsubscribe');
    this.#symbol = symbol;
    this.#bids = new Map();
    this.#asks = new Map();
    this.#trades = [];
    if (this.#isOpen) this.#say('subscribe');
  }

  /** Once a round: opens what is not open, unless it was refused a moment ago. */
  keepOpen(): void {
    if (this.#socket !== undefined || this.#symbol === '') return;
    if (this.#rest > 0) {
      this.#rest--;
      return;
    }
    const { protocol, host } = browser.location;
    const socket = new browser.WebSocket(
      `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${PATH}`,
      PROTOCOL,
    );
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#isOpen = true;
      this.#say('subscribe');
    });
    socket.addEventListener('close', () => {
      // One that was never open would not open in the next round either.
      this.#rest = this.#isOpen ? 0 : FEED_REST_ROUNDS;
      this.#isOpen = false;
      this.#socket = undefined;
    });
    socket.addEventListener('message', ({ data }) => {
      for (const event of JSON.parse(String(data)) as MarketEvent[]) this.#take(event);
    });
  }

  /** Trades that are known from elsewhere, older than those that are told here. */
  seed(trades: readonly TradeAnswer[]): void {
    const first = this.#trades[0]?.trade ?? Number.POSITIVE_INFINITY;
    this.#trades.unshift(...trades.filter(({ trade }) => trade < first));
    this.#trades = this.#trades.slice(-KEPT_TRADES);
  }

  #say(type: 'subscribe' | 'unsubscribe'): void {
    const topic = { type, symbol: this.#symbol, intervalMs: INTERVAL_MS };
    for (const more of [
      { channel: 'trades' },
      { channel: 'top' },
      { channel: 'depth', levels: this.#levels },
    ])
      this.#socket?.send(JSON.stringify({ ...topic, ...more }));
  }

  #take(event: MarketEvent): void {
    // What was on its way when another instrument was chosen.
    if (event.symbol !== this.#symbol) return;
    if (event.event === 'trades' && event.trades !== undefined) {
      const told = event.trades.map(({ side, ...trade }) => ({ ...trade, takerSide: side }));
      this.#trades = [...this.#trades, ...told].slice(-KEPT_TRADES);
      this.#onTrades(this.#trades);
    } else if (event.event === 'top') {
      this.#state = event.state ?? '';
      this.#lastPrice = event.lastPrice ?? null;
      this.#show();
    } else if (event.event === 'depth') {
      if (event.snapshot === true) {
        this.#bids = new Map();
        this.#asks = new Map();
      }
      change(this.#bids, event.bids ?? []);
      change(this.#asks, event.asks ?? []);
      this.#show();
    }
  }

  #show(): void {
    const sorted = (side: Side, up: 1 | -1) =>
      [...side.values()].sort(([a], [b]) => up * (Number(a) - Number(b))).slice(0, this.#levels);
    this.#onBook({
      symbol: this.#symbol,
      state: this.#state,
      lastPrice: this.#lastPrice,
      bids: sorted(this.#bids, -1),
      asks: sorted(this.#asks, 1),
    });
  }
}

/** A level without orders is gone. */
function change(side: Side, levels: readonly Level[]): void {
  for (const level of levels)
    if (level[2] === 0) side.delete(level[0]);
    else side.set(level[0], level);
}
