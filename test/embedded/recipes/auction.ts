import { OrderBook } from 'tickloom';

const book = new OrderBook({ symbol: 'ACME', tick: '0.01' });
book.setState('auction');
book.submit({ account: 1, side: 'buy', price: '10.05', size: 300 });
book.submit({ account: 2, side: 'buy', type: 'market', timeInForce: 'atOpen', size: 200 });
book.submit({ account: 3, side: 'sell', price: '9.95', size: 250 });
book.submit({ account: 4, side: 'sell', price: '10.00', size: 150 });
console.log(
  `collected: best bid ${book.bestBid?.priceTicks}, best ask ${book.bestAsk?.priceTicks}, no trade`,
);

const opened = book.setState('continuous');
for (const event of opened.events)
  if (event.kind === 'auctionPrice')
    console.log(
      `${event.sizeLots} at ${book.priceText(event.priceTicks)}, ${event.surplusLots} more to ${event.surplusSide}`,
    );
for (const trade of opened.trades)
  console.log(`${trade.sizeLots} from account ${trade.makerAccount} and ${trade.takerAccount}`);
console.log(`${book.state}, best bid ${book.bestBid?.sizeLots} lots`);
