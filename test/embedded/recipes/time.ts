import { OrderBook, TestClock } from 'tickloom';

const clock = new TestClock({ startEpochNs: BigInt(Date.UTC(2026, 0, 5, 9, 30)) * 1_000_000n });
const book = new OrderBook({ clock });
const second = 1_000_000_000;
book.on('cancelled', ({ orderId, reason, timeNs }) =>
  console.log(`order ${orderId} ${reason} at ${new Date(Number(timeNs / 1_000_000n)).toISOString()}`),
);
book.submit({
  account: 1,
  side: 'buy',
  priceTicks: 100,
  sizeLots: 5,
  expiresAtNs: book.timeNs + 2_000_000_000n,
});
book.submit({
  account: 1,
  side: 'buy',
  priceTicks: 99,
  sizeLots: 5,
  expiresAtNs: book.timeNs + 1_000_000_000n,
});
clock.setAlert(clock.nowNs() + 1.5 * second, () => console.log(`${book.orders().length} order left`));
book.advance(3 * second);
