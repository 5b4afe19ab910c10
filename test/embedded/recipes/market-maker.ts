import { OrderBook, SeededRandomness } from 'tickloom';

const MAKER = 1;
const CROWD = 2;
const book = new OrderBook({ symbol: 'ACME', tick: '0.01' });
const dice = new SeededRandomness(2026);
let position = 0;
let cashTicks = 0;
let fills = 0;

book.on('fill', (fill) => {
  if (fill.account !== MAKER) return;
  const lots = fill.side === 'buy' ? fill.sizeLots : -fill.sizeLots;
  position += lots;
  cashTicks -= lots * fill.priceTicks;
  fills++;
});

// What the share is worth walks about; the crowd knows it roughly, the maker follows it late.
let worth = 10_000;
let seen = worth;
for (let step = 0; step < 5_000; step++) {
  book.advance(1_000_000);
  worth += dice.below(3) - 1;
  if (step % 5 === 0) {
    seen = worth;
    // The larger the position, the lower both quotes: who is long wants to sell.
    const middle = seen - Math.round(position / 20);
    book.quote({
      account: MAKER,
      bidTicks: middle - 4,
      bidSizeLots: 10,
      askTicks: middle + 4,
      askSizeLots: 10,
      selfTrade: 'cancelMaker',
    });
  }
  const side = dice.below(2) === 0 ? 'buy' : 'sell';
  const opinion = worth + dice.below(21) - 10;
  const sizeLots = 1 + dice.below(5);
  book.submit({ account: CROWD, side, priceTicks: opinion, sizeLots, timeInForce: 'IOC' });
}

const profitTicks = cashTicks + position * worth;
console.log(`${fills} fills, position ${position}`);
console.log(`profit ${book.priceText(profitTicks)}, the share at ${book.priceText(worth)}`);
