import { ask, type TradeAnswer } from './exchange-answers.js';
import { showTrades } from './market-view.js';

/** Looks back so far, a span after the other until one has trades: the answer begins with the oldest. */
const SPANS_NS = [1_000_000_000n, 60_000_000_000n, 3_600_000_000_000n];
const MOST_TRADES = 1_000;
/** A span that holds more than a page is read on, but not without end. */
const MOST_PAGES = 4;
const REST_ROUNDS = 10;

interface TradePage {
  readonly trades: readonly TradeAnswer[];
  readonly next: string | null;
}

/** The last trades of the chosen instrument, from the store. */
export class LastTrades {
  #symbol = '';
  #known: readonly TradeAnswer[] = [];
  /** Rounds for which a store that said no is left alone. */
  #rest = 0;

  /** True once the store has been asked about the chosen instrument. */
  #isAsked = false;

  get isAsked(): boolean {
    return this.#isAsked;
  }

  choose(symbol: string): void {
    this.#symbol = symbol;
    this.forget();
    showTrades([], '');
  }

  /** What was known may be of another run of the exchange. */
  forget(): void {
    this.#known = [];
    this.#rest = 0;
    this.#isAsked = false;
  }

  /** Asks, shows what came, and returns it. @param timeNs the time at the exchange, ns since the epoch */
  async ask(timeNs: string): Promise<readonly TradeAnswer[]> {
    if (this.#rest > 0) {
      this.#rest--;
      return this.#known;
    }
    const symbol = this.#symbol;
    let found: readonly TradeAnswer[] = [];
    let refused = '';
    for (const spanNs of this.#known.length > 0 ? SPANS_NS.slice(0, 2) : SPANS_NS) {
      let after = '';
      for (let page = 0; page < MOST_PAGES; page++) {
        const from = BigInt(timeNs) - spanNs;
        const path = `/trades?symbol=${encodeURIComponent(symbol)}&from=${from}&limit=${MOST_TRADES}${after}`;
        const answer = await ask<TradePage>(path);
        if (answer.kind === 'refused') refused = answer.text;
        if (answer.kind !== 'there') break;
        if (answer.body.trades.length > 0) found = answer.body.trades;
        if (answer.body.next === null) break;
        after = `&after=${answer.body.next}`;
      }
      if (found.length > 0 || refused !== '') break;
    }
    if (symbol !== this.#symbol) return [];
    this.#isAsked = true;
    if (refused !== '') this.#rest = REST_ROUNDS;
    if (found.length > 0) this.#known = found;
    showTrades(this.#known, refused === '' ? 'Nothing has traded in the last hour.' : refused);
    return this.#known;
  }
}
