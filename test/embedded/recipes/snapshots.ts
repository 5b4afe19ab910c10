import { OrderBook } from 'tickloom';

const book = new OrderBook();
book.submit({ account: 1, side: 'sell', priceTicks: 100, sizeLots: 5 });
const bytes = book.snapshot();

// Two futures of one book, and the first of them once more.
const outcome = (limitTicks: number) => {
  const future = OrderBook.restore(bytes);
  const { tradedLots } = future.submit({ account: 2, side: 'buy', priceTicks: limitTicks, sizeLots: 5 });
  return { tradedLots, hash: future.eventHash };
};
const [patient, eager, again] = [outcome(99), outcome(100), outcome(99)];
console.log(`patient ${patient?.tradedLots}, eager ${eager?.tradedLots}`);
console.log(patient?.hash === again?.hash && patient?.hash !== eager?.hash ? 'as it should be' : 'not so');
