import { make, type PageElement, part } from './browser.js';
import type { BookAnswer, Level, TradeAnswer } from './exchange-answers.js';
import { clockText, countText } from './page-figures.js';

/** Book and last trades of one instrument. Symbols are foreign text, and only ever put in as text. */

const SHOWN_TRADES = 14;

/** The largest bar, in percent of the row: prices stand free. */
const MOST_BAR = 55;

export function showInstruments(symbols: readonly string[], chosen: string): void {
  const select = part('symbol');
  select.replaceChildren(...symbols.map((symbol) => make('option', { value: symbol }, symbol)));
  select.value = chosen;
}

export function showBook({ symbol, state, lastPrice, bids, asks }: BookAnswer): void {
  part('book-state').textContent = `${spaced(state)} · last ${lastPrice ?? 'none'}`;
  const most = Math.max(0, ...[...bids, ...asks].map(([, size]) => Number(size)));
  const best = bids[0] !== undefined && asks[0] !== undefined ? spreadText(bids[0][0], asks[0][0]) : '';
  part('book').replaceChildren(
    ...[...asks].reverse().map((level) => row(level, 'ask', most)),
    make('div', { class: 'spread' }, asks.length + bids.length === 0 ? 'The book is empty.' : best),
    ...bids.map((level) => row(level, 'bid', most)),
  );
  part('book').setAttribute('aria-label', `Book of ${symbol}`);
}

/** The bar says how large the level is, of the largest that is shown. */
function row([price, size, orders]: Level, side: 'bid' | 'ask', most: number): PageElement {
  const bar = make('span', { class: 'bar' });
  bar.style.setProperty('width', `${most === 0 ? 0 : (Number(size) / most) * MOST_BAR}%`);
  return make(
    'div',
    { class: `level ${side}`, title: countText(orders, 'order') },
    bar,
    make('span', { class: 'side' }, side),
    make('span', { class: 'price' }, price),
    make('span', { class: 'size' }, size),
  );
}

function spreadText(bid: string, ask: string): string {
  const decimals = bid.split('.')[1]?.length ?? 0;
  return `spread ${(Number(ask) - Number(bid)).toFixed(decimals)}`;
}

/** The newest first. */
export function showTrades(trades: readonly TradeAnswer[], otherwise: string): void {
  part('trades-note').hidden = trades.length > 0;
  part('trades-note').textContent = otherwise;
  part('trades-table').hidden = trades.length === 0;
  part('trades').replaceChildren(
    ...trades
      .slice(-SHOWN_TRADES)
      .reverse()
      .map(({ timeNs, price, size, takerSide }) =>
        make(
          'tr',
          {},
          make('td', {}, clockText(timeNs)),
          make('td', { class: takerSide === 'buy' ? 'bid' : 'ask' }, takerSide),
          make('td', { class: 'number' }, price),
          make('td', { class: 'number' }, size),
        ),
      ),
  );
}

/** `preOpen` is pre open. */
export function spaced(word: string): string {
  return word.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
