import {
  CommandFlag,
  OrderType,
  PegReference,
  SELF_TRADE_SHIFT,
  SelfTrade,
  Side,
  TimeInForce,
  TrailUnit,
} from './command.js';
import { RejectCode } from './reject.js';

/** What a new order says besides who, where and how much. Fields that its type does not use are 0. */
export interface OrderTerms {
  readonly side: number;
  readonly type: number;
  readonly timeInForce: number;
  /** As in the record, `CommandFlag`. */
  readonly flags: number;
  readonly priceTicks: number;
  readonly sizeLots: number;
  /** Iceberg: what is shown at a time. */
  readonly displaySizeLots: number;
  /** Stop, stop-limit: the stop price. Trailing stop: the distance, in its unit. Pegged: the offset in ticks, signed. */
  readonly stopPriceTicks: number;
  /** Whether an expiry is given. */
  readonly hasExpiry: boolean;
  readonly minimumSizeLots: number;
  readonly pegReference: number;
  readonly trailUnit: number;
  /** Bracket: prices of the exits. */
  readonly takeProfitTicks: number;
  readonly stopLossTicks: number;
}

const { Limit, Market, Stop, StopLimit, TrailingStop, Pegged } = OrderType;
const { GoodTillCancel, ImmediateOrCancel, FillOrKill, GoodTillDate, Day, AtOpen, AtClose } = TimeInForce;
const F = CommandFlag;

const RESTING: readonly number[] = [GoodTillCancel, GoodTillDate, Day];
const AT_ONCE: readonly number[] = [ImmediateOrCancel, FillOrKill];

/** The times in force of each type. */
export const timesInForceOf: Readonly<Record<number, readonly number[]>> = {
  [Limit]: [GoodTillCancel, ImmediateOrCancel, FillOrKill, GoodTillDate, Day, AtOpen, AtClose],
  [Market]: [ImmediateOrCancel, FillOrKill, AtOpen, AtClose],
  [Stop]: RESTING,
  [StopLimit]: RESTING,
  [TrailingStop]: RESTING,
  [Pegged]: RESTING,
};

const POST_ONLY = F.PostOnly | F.PostOnlySlide;

/** Flags of a new order that are terms, and not about how ids are written. */
export const TERMS_FLAGS = F.SelfTradeBits | POST_ONLY | F.Hidden | F.AllOrNone | F.Linked | F.Bracket;

/** The largest distance of a trailing stop in basis points: the stop price stays above zero. */
export const MAX_TRAIL_BASIS_POINTS = 9_999;

/**
 * The self-trade mode in a record's flags.
 *
 * @returns 0 to 7, of which `SelfTrade` names 0 to 4
 */
export function selfTradeOf(flags: number): number {
  return (flags & F.SelfTradeBits) >>> SELF_TRADE_SHIFT;
}

/**
 * Why the terms of a new order do not go together, 0 where they do. It is the same for gateways and books, and needs to
 * know neither instruments nor orders. Checked in this order: side, type, time in force, flags, the other fields.
 */
export function termsFault(terms: OrderTerms): RejectCode | 0 {
  const { side, type, timeInForce, flags } = terms;
  if (side !== Side.Buy && side !== Side.Sell) return RejectCode.BadSide;
  const times = timesInForceOf[type];
  if (times === undefined) return RejectCode.BadOrderType;
  if (!times.includes(timeInForce)) return RejectCode.BadTimeInForce;
  const rests = RESTING.includes(timeInForce);
  const isAtOnce = AT_ONCE.includes(timeInForce);
  if (selfTradeOf(flags) > SelfTrade.DecrementBoth) return RejectCode.BadFlags;
  if ((flags & POST_ONLY) === POST_ONLY) return RejectCode.BadFlags;
  if ((flags & POST_ONLY) !== 0 && !(type === Limit && rests)) return RejectCode.BadFlags;
  if ((flags & F.Hidden) !== 0 && !((type === Limit || type === StopLimit || type === Pegged) && rests))
    return RejectCode.BadFlags;
  if ((flags & F.AllOrNone) !== 0 && !isAtOnce) return RejectCode.BadFlags;
  if ((flags & F.Linked) !== 0 && (!rests || (flags & F.Bracket) !== 0)) return RejectCode.BadFlags;
  return displayFault(terms, rests) || fieldsFault(terms, isAtOnce);
}

function displayFault(terms: OrderTerms, rests: boolean): RejectCode | 0 {
  if (terms.displaySizeLots === 0) return 0;
  const mayHide = (terms.type === Limit || terms.type === StopLimit) && rests;
  return mayHide && (terms.flags & F.Hidden) === 0 ? 0 : RejectCode.BadTerms;
}

function fieldsFault(terms: OrderTerms, isAtOnce: boolean): RejectCode | 0 {
  const { type, timeInForce, stopPriceTicks } = terms;
  if (terms.minimumSizeLots !== 0 && !isAtOnce) return RejectCode.BadTerms;
  if (terms.hasExpiry !== (timeInForce === GoodTillDate)) return RejectCode.BadTerms;
  // What trades in an auction at any price has no protection: a limit order says that better.
  if (type === Market && !isAtOnce && terms.priceTicks !== 0) return RejectCode.BadTerms;
  const isPegged = type === Pegged;
  const { Best, Opposite } = PegReference;
  if (isPegged ? terms.pegReference < Best || terms.pegReference > Opposite : terms.pegReference !== 0)
    return RejectCode.BadTerms;
  const isTrailing = type === TrailingStop;
  if (isTrailing ? !isTrail(terms.trailUnit, stopPriceTicks) : terms.trailUnit !== 0)
    return RejectCode.BadTerms;
  if (type === Limit || type === Market) {
    if (stopPriceTicks !== 0) return RejectCode.BadTerms;
  } else if (!isPegged && stopPriceTicks < 0) return RejectCode.BadTerms;
  return exitsFault(terms);
}

function isTrail(unit: number, distance: number): boolean {
  if (distance < 1) return false;
  return unit === TrailUnit.Ticks || (unit === TrailUnit.BasisPoints && distance <= MAX_TRAIL_BASIS_POINTS);
}

/** The exits of a bracket stand on the two sides of each other: profit is taken where the price has gone well. */
function exitsFault(terms: OrderTerms): RejectCode | 0 {
  const { takeProfitTicks, stopLossTicks } = terms;
  if ((terms.flags & F.Bracket) === 0)
    return takeProfitTicks === 0 && stopLossTicks === 0 ? 0 : RejectCode.BadTerms;
  const isOrdered =
    terms.side === Side.Buy ? takeProfitTicks > stopLossTicks : takeProfitTicks < stopLossTicks;
  return isOrdered && takeProfitTicks > 0 && stopLossTicks > 0 ? 0 : RejectCode.BadTerms;
}
