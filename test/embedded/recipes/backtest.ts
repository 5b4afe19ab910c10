import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { OrderBook } from 'tickloom';

const VENUE = 1;
const MINE = 2;
const LOTS = 100;
const file = process.argv[2] ?? 'nasdaq-goog-2012-06-21.flow.csv.gz';
const book = new OrderBook({ symbol: 'GOOG', tick: '0.0001', maxPriceTicks: 1_000_000_000 });

/** From an id of the recording to the order here; and what of it is left. */
const orders = new Map<string, { orderId: number; remaining: number; traded: number }>();
const byOrderId = new Map<number, { orderId: number; remaining: number; traded: number }>();
let position = 0;
let cashTicks = 0;
let myFills = 0;
let myOrder = 0;
let myPriceTicks = 0;

book.on('fill', (fill) => {
  const order = byOrderId.get(fill.orderId);
  if (order !== undefined)
    Object.assign(order, { remaining: fill.remainingLots, traded: fill.cumulativeLots });
  if (fill.account !== MINE) return;
  const lots = fill.side === 'buy' ? fill.sizeLots : -fill.sizeLots;
  position += lots;
  cashTicks -= lots * fill.priceTicks;
  myFills++;
  if (fill.isOrderDone) myOrder = 0;
});

function enter(
  id: string,
  side: string,
  priceTicks: number,
  sizeLots: number,
  timeInForce: 'GTC' | 'IOC',
): void {
  const order = {
    account: VENUE,
    side: side === 'B' ? 'buy' : 'sell',
    priceTicks,
    sizeLots,
    timeInForce,
  } as const;
  const { orderId, remainingLots, tradedLots } = book.submit(order);
  const known = { orderId, remaining: remainingLots, traded: tradedLots };
  orders.set(id, known);
  byOrderId.set(orderId, known);
}

/** The strategy: stands at the best price, to buy while it has nothing, to sell what it has. */
function trade(): void {
  const side = position === 0 ? 'buy' : 'sell';
  const best = side === 'buy' ? book.bestBid : book.bestAsk;
  if (best === undefined || (myOrder !== 0 && best.priceTicks === myPriceTicks)) return;
  if (myOrder !== 0) book.cancel({ account: MINE, orderId: myOrder });
  const sizeLots = position === 0 ? LOTS : position;
  const order = { account: MINE, side, priceTicks: best.priceTicks, sizeLots } as const;
  myOrder = book.submit({ ...order, postOnly: true }).orderId;
  myPriceTicks = best.priceTicks;
}

let rows = 0;
for (const line of gunzipSync(readFileSync(file)).toString().split('\n')) {
  const [kind, , source, id = '', ...rest] = line.split(',');
  const order = orders.get(id);
  if (kind === 'A') enter(id, rest[0]!, Number(rest[1]), Number(rest[2]), 'GTC');
  else if (kind === 'M') enter(id, rest[0]!, Number(rest[1]), Number(rest[2]), 'GTC');
  else if (kind === 'X') enter('', id, Number(rest[0]), Number(rest[1]), 'IOC');
  else if (kind === 'C' && order !== undefined) book.cancel({ account: VENUE, orderId: order.orderId });
  else if (kind === 'R' && order !== undefined && order.remaining > 0) {
    order.remaining -= Number(rest[0]);
    book.amend({
      account: VENUE,
      orderId: order.orderId,
      sizeLots: order.traded + Math.max(order.remaining, 0),
    });
  } else continue;
  rows++;
  // Not before the book of the morning stands.
  if (source !== 'i') trade();
}

const last = book.status.lastPriceTicks;
console.log(`${rows} rows, ${myFills} fills of mine, position ${position}`);
console.log(`profit ${book.priceText(cashTicks + position * last)}, the share at ${book.priceText(last)}`);
