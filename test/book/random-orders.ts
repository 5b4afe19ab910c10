import {
  CommandFlag,
  OrderType,
  PegReference,
  Side,
  TimeInForce,
  TrailUnit,
} from '../../src/model/command.js';
import type { NewTerms, Target } from './commands.js';
import type { Feature } from './features.js';

/** A source of choices: the first is the plainest. */
export interface Dice {
  /** A whole number from 0 to `n - 1`. */
  below(n: number): number;
}

export interface NewDraft extends NewTerms {
  readonly side: number;
  readonly price: number;
  readonly size: number;
}

interface Surroundings {
  readonly features: ReadonlySet<Feature>;
  /** Lowest price that the instrument takes, and how many. */
  readonly basePrice: number;
  readonly prices: number;
  readonly maxSize: number;
  readonly time: number;
  /** A live order of the account, mostly. */
  readonly other: () => Target;
}

const { Limit, Market, Stop, StopLimit, TrailingStop, Pegged } = OrderType;
const { GoodTillCancel, ImmediateOrCancel, FillOrKill, GoodTillDate, Day, AtOpen, AtClose } = TimeInForce;

/** What new orders say, by chance. */
export class RandomOrders {
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  draft(around: Surroundings): NewDraft {
    const side = this.#below(2) === 0 ? Side.Buy : Side.Sell;
    const price = this.price(around, side);
    const size = this.size(around);
    const type = this.#type(around);
    const timeInForce = this.#timeInForce(around, type);
    const terms = {
      side,
      price,
      size,
      type,
      timeInForce,
      ...(timeInForce === GoodTillDate && { expiry: this.#expiry(around) }),
      ...this.#termsOfType(around, type, timeInForce, side, price),
      ...this.#termsOfTime(around, type, timeInForce, size),
      ...this.#exits(around, side),
      ...(this.#has(around, 'selfTrade', 2) && { selfTrade: 1 + this.#below(4) }),
    };
    return this.#has(around, 'shape', 25) ? this.#misshape(terms) : terms;
  }

  /** Mostly on its own side of the middle, so that books fill; often across, sometimes out of bounds. */
  price({ basePrice, prices }: Surroundings, side: number): number {
    const dice = this.#below(60);
    if (dice === 59) return basePrice - 1;
    if (dice === 58) return basePrice + prices;
    const half = Math.max(1, Math.floor(prices / 2));
    if (dice < 35) return basePrice + this.#below(half) + (side === Side.Buy ? 0 : prices - half);
    return basePrice + this.#below(prices);
  }

  size({ maxSize }: Surroundings): number {
    const dice = this.#below(80);
    return dice === 79 ? 0 : dice === 78 ? maxSize + 1 : 1 + this.#below(maxSize);
  }

  #type(around: Surroundings): number {
    if (this.#below(5) < 3) return Limit;
    const types: number[] = [Limit];
    if (around.features.has('market')) types.push(Market);
    if (around.features.has('stop')) types.push(Stop, StopLimit);
    if (around.features.has('trailing')) types.push(TrailingStop);
    if (around.features.has('peg')) types.push(Pegged);
    return types[this.#below(types.length)]!;
  }

  #timeInForce(around: Surroundings, type: number): number {
    const { features } = around;
    const times: number[] = [];
    if (type !== Market) {
      times.push(GoodTillCancel, GoodTillCancel, GoodTillCancel);
      if (features.has('gtd')) times.push(GoodTillDate);
      if (features.has('day')) times.push(Day);
    }
    if (type === Market || type === Limit) {
      times.push(ImmediateOrCancel);
      if (features.has('fok')) times.push(FillOrKill);
      if (features.has('auction') && this.#below(2) === 0) times.push(AtOpen, AtClose);
    }
    return times[this.#below(times.length)]!;
  }

  #termsOfType(
    around: Surroundings,
    type: number,
    timeInForce: number,
    side: number,
    price: number,
  ): Partial<NewDraft> {
    const protection = this.#below(2) === 0 ? 0 : price;
    switch (type) {
      case Market:
        return { price: timeInForce === AtOpen || timeInForce === AtClose ? 0 : protection };
      case Stop:
        return { price: protection, stopPrice: this.price(around, 3 - side) };
      case StopLimit:
        return { stopPrice: this.price(around, 3 - side) };
      case TrailingStop: {
        const isTicks = this.#below(2) === 0;
        const distance = isTicks ? 1 + this.#below(5) : 1 + this.#below(700);
        const trailUnit = isTicks ? TrailUnit.Ticks : TrailUnit.BasisPoints;
        return { price: protection, stopPrice: distance, trailUnit };
      }
      case Pegged: {
        const references = [PegReference.Best, PegReference.Mid, PegReference.Opposite];
        return {
          price: protection,
          pegReference: references[this.#below(3)]!,
          stopPrice: this.#below(7) - 3,
        };
      }
      default:
        return {};
    }
  }

  #termsOfTime(around: Surroundings, type: number, timeInForce: number, size: number): Partial<NewDraft> {
    if (timeInForce === ImmediateOrCancel || timeInForce === FillOrKill)
      return {
        ...(this.#has(around, 'minimumSize', 3) && { minimumSize: this.#part(size) }),
        ...(this.#has(around, 'fok', 6) && { allOrNone: true }),
      };
    if (timeInForce === AtOpen || timeInForce === AtClose) return {};
    const mayHide = type === Limit || type === StopLimit;
    const terms: { -readonly [K in keyof NewDraft]?: NewDraft[K] } = {};
    if (mayHide && this.#has(around, 'iceberg', 4)) terms.displaySize = this.#part(size);
    else if ((mayHide || type === Pegged) && this.#has(around, 'hidden', 6)) terms.hidden = true;
    if (type === Limit && this.#has(around, 'postOnly', 8))
      terms.postOnly = this.#below(2) === 0 ? 'reject' : 'slide';
    if (this.#has(around, 'linked', 6)) terms.linkedTo = around.other();
    return terms;
  }

  #exits(around: Surroundings, side: number): Partial<NewDraft> {
    if (!this.#has(around, 'bracket', 10)) return {};
    const low = this.price(around, Side.Buy);
    const high = Math.max(low + 1, this.price(around, Side.Sell));
    const [takeProfit, stopLoss] = side === Side.Buy ? [high, low] : [low, high];
    return { bracket: { takeProfit, stopLoss } };
  }

  /** Something in it that does not go together, perhaps; its record stays canonical. */
  #misshape(terms: NewDraft): NewDraft {
    const F = CommandFlag;
    const flags = [F.PostOnly, F.PostOnlySlide, F.Hidden, F.AllOrNone, F.PostOnly | F.PostOnlySlide, 7 << 5];
    switch (this.#below(7)) {
      case 0:
        return { ...terms, moreFlags: flags[this.#below(flags.length)]! };
      case 1:
        return { ...terms, side: 3 * this.#below(2) };
      case 2:
        return { ...terms, type: this.#below(8), stopPrice: 0, pegReference: 0, trailUnit: 0 };
      case 3:
        return { ...terms, timeInForce: this.#below(9), expiry: 0 };
      case 4:
        return { ...terms, displaySize: 1 + this.#below(4) };
      case 5:
        return { ...terms, minimumSize: 1, pegReference: this.#below(5), trailUnit: this.#below(4) };
      default:
        return { ...terms, bracket: { takeProfit: this.#below(12), stopLoss: this.#below(12) } };
    }
  }

  /** From 1 to a size, seldom one more. */
  #part(size: number): number {
    return this.#below(30) === 29 ? size + 1 : 1 + this.#below(Math.max(1, size));
  }

  #expiry({ time }: Surroundings): number {
    const dice = this.#below(10);
    if (dice === 9) return time - this.#below(3);
    return dice < 7 ? time + 1 + this.#below(80) : time + this.#below(1_500_000_000);
  }

  #has(around: Surroundings, feature: Feature, oneOf: number): boolean {
    return around.features.has(feature) && this.#below(oneOf) === oneOf - 1;
  }

  #below(n: number): number {
    return this.#dice.below(n);
  }
}
