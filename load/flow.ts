import type { Randomness } from '../src/clock/randomness.js';
import { CommandKind, OrderType, Side, TimeInForce } from '../src/model/command.js';
import type { Instrument } from '../src/model/instrument.js';
import { type Mix, type MixName, mixes } from './mixes.js';

/** What the flow needs to know of an instrument: its number and the bounds of prices and sizes. */
export type FlowInstrument = Pick<
  Instrument,
  'id' | 'minPriceTicks' | 'maxPriceTicks' | 'minSizeLots' | 'maxSizeLots'
>;

/** Chance that an order moves the mid up by one tick; as much for down. */
const MID_STEP_CHANCE = 0.005;
const FIRST_MID_TICKS = 30_000;
const MID_REACH_TICKS = 10_000;
/** A passive order stands 1 to 401 ticks from the mid, geometric, 8 ticks on average. */
const MAX_DISTANCE_TICKS = 401;
const DISTANCE_CHANCE = 0.12;
const GTC_THROUGH_TICKS = 4;
const IOC_THROUGH_TICKS = 200;
const MAX_SIZE_LOTS = 100;
/** An iceberg shows so many lots of ten times as many. */
const SHOWN_LOTS = 10;
/** A quote stands so far from the mid on each side at most, in ticks. */
const MAX_QUOTE_TICKS = 20;

/** Distances by a 16-bit random number: a table costs less than a logarithm for each order. */
function distanceTable(): Uint16Array {
  const table = new Uint16Array(65_536);
  const scale = Math.log(1 - DISTANCE_CHANCE);
  for (let i = 0; i < table.length; i++) {
    const distance = 1 + Math.floor(Math.log(1 - (i + 0.5) / table.length) / scale);
    table[i] = Math.min(distance, MAX_DISTANCE_TICKS);
  }
  return table;
}

/** The walking mid of one instrument, and the bounds it keeps so that every price is allowed. */
class Market {
  readonly instrument: FlowInstrument;
  readonly #low: number;
  readonly #high: number;
  mid: number;

  constructor(instrument: FlowInstrument) {
    this.instrument = instrument;
    const low = instrument.minPriceTicks + MAX_DISTANCE_TICKS;
    const high = instrument.maxPriceTicks - MAX_DISTANCE_TICKS;
    if (low > high)
      throw new RangeError(
        `instrument ${instrument.id} has fewer than ${2 * MAX_DISTANCE_TICKS} ticks between its price bounds`,
      );
    this.mid = Math.min(Math.max(FIRST_MID_TICKS, low), high);
    this.#low = Math.max(low, this.mid - MID_REACH_TICKS);
    this.#high = Math.min(high, this.mid + MID_REACH_TICKS);
  }

  walk(chance: number): void {
    if (chance < MID_STEP_CHANCE) {
      if (this.mid < this.#high) this.mid++;
    } else if (chance < 2 * MID_STEP_CHANCE && this.mid > this.#low) this.mid--;
  }
}

/**
 * The seeded order flow, of a mix: `steady` is 47.5 % passive limit orders, 47.5 % cancels of earlier ones by client order
 * id, 2.5 % marketable GTC, 2.5 % IOC, around a slowly walking mid. It does not hear of fills, so some cancels come too
 * late, as in a real market. Each connection is an account with its own outstanding orders; all accounts of an instrument trade
 * with one another. The same seed and the same sequence of `next` calls give the same orders.
 */
export class OrderFlow {
  /** The order that `next` made: valid until the next call. */
  kind: number = CommandKind.New;
  instrument = 0;
  side: number = Side.None;
  type: number = OrderType.Limit;
  timeInForce: number = TimeInForce.GoodTillCancel;
  /** Of a mass quote, which has one quote: its bid. */
  priceTicks = 0;
  sizeLots = 0;
  /** Lots that an iceberg shows; 0 for what is no iceberg. */
  displaySizeLots = 0;
  /** A mass quote's ask. */
  askTicks = 0;
  /** Client id of the order that a cancel names. */
  target = 0;
  /** Unique in its account, from 1 without gaps. */
  clientId = 0;

  readonly #randomness: Randomness;
  readonly #markets: readonly Market[];
  readonly #distances = distanceTable();
  readonly #issued: Float64Array;
  /** Client ids of orders not cancelled yet, by connection; they may have traded. */
  readonly #outstanding: number[][];
  readonly #outstandingBound: number;
  readonly #mix: Mix;

  /** @throws RangeError where an instrument's price bounds leave no room for the flow, or there is none. */
  constructor(
    randomness: Randomness,
    connections: number,
    instruments: readonly FlowInstrument[],
    mix: MixName = 'steady',
  ) {
    this.#mix = mixes[mix];
    if (instruments.length === 0) throw new RangeError('a flow needs an instrument');
    this.#randomness = randomness;
    this.#markets = instruments.map((instrument) => new Market(instrument));
    this.#issued = new Float64Array(connections);
    this.#outstanding = Array.from({ length: connections }, () => []);
    this.#outstandingBound = Math.max(1, Math.floor(this.#mix.outstanding / connections));
  }

  /** Makes the next order of a connection, from 0. */
  next(connection: number): void {
    const market = this.#markets[connection % this.#markets.length]!;
    const outstanding = this.#outstanding[connection]!;
    const { instrument } = market;
    market.walk(this.#chance());
    this.clientId = ++this.#issued[connection]!;
    this.instrument = instrument.id;
    const { marketableShare, marketShare, icebergShare, quoteShare } = this.#mix;
    const chance = this.#chance();
    const marketable = chance < marketableShare;
    const rare = chance - marketableShare;
    this.type = OrderType.Limit;
    this.displaySizeLots = 0;
    if (rare >= 0 && rare < quoteShare) {
      this.#quote(market);
      return;
    }
    const isMarket = rare >= quoteShare && rare < quoteShare + marketShare;
    const isIceberg = rare >= quoteShare + marketShare && rare < quoteShare + marketShare + icebergShare;
    if (!marketable && !isMarket && outstanding.length >= this.#outstandingBound) {
      this.#cancel(outstanding);
      return;
    }
    this.kind = CommandKind.New;
    this.target = 0;
    this.timeInForce = TimeInForce.GoodTillCancel;
    this.side = this.#randomness.below(2) === 0 ? Side.Buy : Side.Sell;
    const size = instrument.minSizeLots + this.#randomness.below(MAX_SIZE_LOTS);
    this.sizeLots = Math.min(size, instrument.maxSizeLots);
    if (isMarket) {
      this.type = OrderType.Market;
      this.timeInForce = TimeInForce.ImmediateOrCancel;
      this.priceTicks = 0;
      return;
    }
    if (isIceberg) {
      this.displaySizeLots = Math.max(instrument.minSizeLots, SHOWN_LOTS);
      this.sizeLots = Math.min(10 * this.displaySizeLots, instrument.maxSizeLots);
    }
    let through = -this.#distances[this.#randomness.below(65_536)]!;
    if (marketable) {
      through = GTC_THROUGH_TICKS;
      if (this.#randomness.below(2) === 0) {
        through = IOC_THROUGH_TICKS;
        this.timeInForce = TimeInForce.ImmediateOrCancel;
      }
    }
    this.priceTicks = this.side === Side.Buy ? market.mid + through : market.mid - through;
    if (this.timeInForce === TimeInForce.GoodTillCancel) outstanding.push(this.clientId);
  }

  #quote({ mid, instrument }: Market): void {
    this.kind = CommandKind.MassQuote;
    this.side = Side.None;
    this.timeInForce = 0;
    this.target = 0;
    const distance = 1 + this.#randomness.below(MAX_QUOTE_TICKS);
    this.priceTicks = mid - distance;
    this.askTicks = mid + distance;
    this.sizeLots = Math.min(
      instrument.minSizeLots + this.#randomness.below(MAX_SIZE_LOTS),
      instrument.maxSizeLots,
    );
  }

  #cancel(outstanding: number[]): void {
    const at = this.#randomness.below(outstanding.length);
    this.kind = CommandKind.Cancel;
    this.side = Side.None;
    this.timeInForce = 0;
    this.priceTicks = 0;
    this.sizeLots = 0;
    this.target = outstanding[at]!;
    const last = outstanding.pop()!;
    if (at < outstanding.length) outstanding[at] = last;
  }

  #chance(): number {
    return this.#randomness.next32() / 4_294_967_296;
  }
}
