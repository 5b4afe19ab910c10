import { OrderBook, RejectCode } from 'tickloom';

const book = new OrderBook({ symbol: 'ACME', tick: '0.05', maxPriceTicks: 1_000 });

// A rule of the market: a result.
const result = book.submit({ account: 1, side: 'buy', price: '60.00', size: 1 });
if (result.code === RejectCode.PriceOutOfRange) console.log(`${result.reason}: ${result.text}`);

// A mistake of the program: an exception, and nothing has happened.
try {
  book.submit({ account: 1, side: 'buy', price: '10.03', size: 1 });
} catch (error) {
  console.log(String(error));
}
