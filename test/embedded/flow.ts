import { MatchingEngine, type NewOrder, SeededRandomness } from '../../src/embedded/index.js';

const NS_PER_MS = 1_000_000;

/**
 * A fixed stream of all that an engine can be told, from a seed: new orders of every kind in two instruments, cancels,
 * amends, quotes, states, prices, limits, and time that moves on.
 */
export class RandomFlow {
  readonly #dice: SeededRandomness;
  readonly #live: { account: number; orderId: number }[] = [];

  constructor(seed: number) {
    this.#dice = new SeededRandomness(seed);
  }

  /** Sends so many commands. */
  run(engine: MatchingEngine, commands: number): void {
    for (let i = 0; i < commands; i++) this.#step(engine);
  }

  #step(engine: MatchingEngine): void {
    const roll = this.#dice.below(100);
    const instrument = this.#below(4) === 0 ? 'BBB' : 'AAA';
    const account = 1 + this.#below(5);
    if (roll < 60) this.#submit(engine, this.#order(engine, account, instrument));
    else if (roll < 72) this.#withLive((order) => engine.cancel(order));
    else if (roll < 82)
      this.#withLive((order) =>
        engine.amend({ ...order, priceTicks: this.#price(), sizeLots: 1 + this.#below(30) }),
      );
    else if (roll < 88) {
      const bidTicks = this.#price();
      const askTicks = bidTicks + 1 + this.#below(5);
      engine.quote({ account, quotes: [{ instrument, bidTicks, bidSizeLots: 9, askTicks, askSizeLots: 8 }] });
    } else if (roll < 95) engine.advance(this.#below(40) * NS_PER_MS);
    else if (roll < 97)
      engine.setPrices({ instrument, markPriceTicks: this.#below(3) === 0 ? 0 : this.#price() });
    else if (roll === 97) engine.cancelAll({ account, side: 'buy' });
    else if (roll === 98)
      engine.setAccount({ account, maxOpenOrders: this.#below(2) * 50, selfTradeGroup: 1 });
    else {
      engine.setState({ instrument, state: 'auction' });
      for (let i = 0; i < 4; i++)
        this.#submit(engine, { account, instrument, side: this.#side(), ...this.#limit() });
      engine.setState({ instrument, state: 'continuous' });
    }
  }

  #submit(engine: MatchingEngine, order: NewOrder): void {
    const { orderId, isLive } = engine.submit(order);
    if (isLive) this.#live.push({ account: order.account, orderId });
  }

  #withLive(use: (order: { account: number; orderId: number }) => void): void {
    if (this.#live.length === 0) return;
    const at = this.#below(this.#live.length);
    const order = this.#live[at]!;
    if (this.#below(2) === 0) this.#live.splice(at, 1);
    use(order);
  }

  /** An order of any kind. */
  #order(engine: MatchingEngine, account: number, instrument: string): NewOrder {
    const base = { account, instrument, side: this.#side(), ...this.#limit() };
    const { priceTicks, sizeLots } = base;
    const stopPriceTicks = this.#price();
    const isBuy = base.side === 'buy';
    const kinds: readonly (() => NewOrder)[] = [
      () => ({ ...base, timeInForce: 'IOC' }),
      () => ({ ...base, timeInForce: 'FOK' }),
      () => ({ ...base, timeInForce: 'IOC', minimumSizeLots: 1 + this.#below(sizeLots) }),
      () => ({ ...base, timeInForce: 'DAY' }),
      () => ({ ...base, expiresAtNs: engine.timeNs + BigInt(1 + this.#below(100)) * BigInt(NS_PER_MS) }),
      () => ({ ...base, displaySizeLots: 1 + this.#below(sizeLots) }),
      () => ({ ...base, hidden: true }),
      () => ({ ...base, postOnly: true }),
      () => ({ ...base, postOnly: 'slide' }),
      () => ({ ...base, selfTrade: 'cancelMaker' }),
      () => ({ ...base, selfTrade: 'decrementBoth' }),
      () => ({ ...base, clientOrderId: `text ${engine.sequence}` }),
      () => ({ account, instrument, side: base.side, type: 'market', sizeLots }),
      () => ({ account, instrument, side: base.side, type: 'stop', sizeLots, stopPriceTicks }),
      () => ({ ...base, type: 'stopLimit', stopPriceTicks }),
      () => ({
        account,
        instrument,
        side: base.side,
        type: 'trailingStop',
        sizeLots,
        trailTicks: 1 + this.#below(9),
      }),
      () => ({ account, instrument, side: base.side, type: 'trailingStop', sizeLots, trailBasisPoints: 50 }),
      () => ({
        account,
        instrument,
        side: base.side,
        type: 'pegged',
        sizeLots,
        peg: 'mid',
        pegOffsetTicks: -1,
      }),
      () => ({ account, instrument, side: base.side, type: 'pegged', sizeLots, peg: 'best', priceTicks }),
      () => ({
        ...base,
        takeProfitTicks: isBuy ? priceTicks + 4 : priceTicks - 4,
        stopLossTicks: isBuy ? priceTicks - 6 : priceTicks + 6,
      }),
      () => ({ ...base, linkedTo: this.#live.at(-1)?.orderId ?? 1 }),
    ];
    // Half of them are plain: there must be something to trade with.
    const kind = this.#below(kinds.length * 2);
    return kind < kinds.length ? kinds[kind]!() : base;
  }

  #limit(): { priceTicks: number; sizeLots: number } {
    return { priceTicks: this.#price(), sizeLots: 1 + this.#below(30) };
  }

  #price(): number {
    return 990 + this.#below(21);
  }

  #side(): 'buy' | 'sell' {
    return this.#below(2) === 0 ? 'buy' : 'sell';
  }

  #below(n: number): number {
    return this.#dice.below(n);
  }
}

/** An engine for the flow: one instrument by time, one pro rata. */
export function flowEngine(): MatchingEngine {
  return new MatchingEngine({ instruments: [{ symbol: 'AAA' }, { symbol: 'BBB', priority: 'proRata' }] });
}
