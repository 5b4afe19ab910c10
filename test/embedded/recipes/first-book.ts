import { OrderBook } from 'tickloom';

const book = new OrderBook({ symbol: 'ACME', tick: '0.01' });
book.on('trade', ({ sizeLots, priceTicks }) =>
  console.log(`traded ${sizeLots} at ${book.priceText(priceTicks)}`),
);
book.submit({ account: 1, side: 'sell', price: '10.25', size: 100 });
book.submit({ account: 1, side: 'sell', price: '10.26', size: 100 });
const bought = book.submit({ account: 2, side: 'buy', type: 'market', size: 150 });
console.log(`${bought.status}: ${bought.tradedLots} traded, ${bought.remainingLots} left`);
console.log(book.depth());
