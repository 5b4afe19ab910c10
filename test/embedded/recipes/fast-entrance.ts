import { EventKind, OrderBook, SeededRandomness, Side, TimeInForce } from 'tickloom';

const book = new OrderBook({ tradeHistory: 0 });
const entry = book.entry();
const { events } = entry;
const dice = new SeededRandomness(1);
let traded = 0;
for (let i = 0; i < 200_000; i++) {
  const side = dice.below(2) === 0 ? Side.Buy : Side.Sell;
  const timeInForce = dice.below(2) === 0 ? TimeInForce.GoodTillCancel : TimeInForce.ImmediateOrCancel;
  const code = entry.limit(1, 0, side, 9_990 + dice.below(21), 1 + dice.below(9), timeInForce);
  if (code !== 0) throw new Error(`rejected with code ${code}`);
  while (events.next()) if (events.kind === EventKind.Fill && events.isMaker) traded += events.sizeLots;
}
console.log(`${traded} lots traded; bid ${entry.bestBidTicks}, ask ${entry.bestAskTicks}`);
