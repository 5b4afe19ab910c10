/** The words of the plain-object interface, and the numbers that stand for them in records. */

import { OrderType, PegReference, SelfTrade, Side, TimeInForce } from '../model/command.js';
import { EventKind, Standing } from '../model/event.js';
import { Priority } from '../model/instrument.js';
import { InstrumentState, instrumentStateNames } from '../model/instrument-state.js';

export const sides = { buy: Side.Buy, sell: Side.Sell } as const;
/** Which side an order is on. */
export type SideName = keyof typeof sides;

export const orderTypes = {
  limit: OrderType.Limit,
  market: OrderType.Market,
  stop: OrderType.Stop,
  stopLimit: OrderType.StopLimit,
  trailingStop: OrderType.TrailingStop,
  pegged: OrderType.Pegged,
} as const;
export type OrderTypeName = keyof typeof orderTypes;

export const timesInForce = {
  GTC: TimeInForce.GoodTillCancel,
  IOC: TimeInForce.ImmediateOrCancel,
  FOK: TimeInForce.FillOrKill,
  GTD: TimeInForce.GoodTillDate,
  DAY: TimeInForce.Day,
  atOpen: TimeInForce.AtOpen,
  atClose: TimeInForce.AtClose,
} as const;
export type TimeInForceName = keyof typeof timesInForce;

export const selfTrades = {
  allowed: SelfTrade.Allowed,
  cancelTaker: SelfTrade.CancelTaker,
  cancelMaker: SelfTrade.CancelMaker,
  cancelBoth: SelfTrade.CancelBoth,
  decrementBoth: SelfTrade.DecrementBoth,
} as const;
export type SelfTradeName = keyof typeof selfTrades;

export const pegReferences = {
  best: PegReference.Best,
  mid: PegReference.Mid,
  opposite: PegReference.Opposite,
} as const;
export type PegReferenceName = keyof typeof pegReferences;

export const instrumentStates = {
  preOpen: InstrumentState.PreOpen,
  auction: InstrumentState.Auction,
  continuous: InstrumentState.Continuous,
  halted: InstrumentState.Halted,
  closed: InstrumentState.Closed,
} as const;
export type InstrumentStateName = keyof typeof instrumentStates;

export const priorities = {
  priceTime: Priority.PriceTime,
  proRata: Priority.ProRata,
  proRataTopOrder: Priority.ProRataTopOrder,
} as const;
export type PriorityName = keyof typeof priorities;

const standings = {
  active: Standing.Active,
  awaitsStop: Standing.AwaitsStop,
  awaitsAuction: Standing.AwaitsAuction,
} as const;
/** active: it trades or rests. awaitsStop, awaitsAuction: it waits, unseen. */
export type StandingName = keyof typeof standings;

const eventKinds = {
  accepted: EventKind.Accepted,
  rejected: EventKind.Rejected,
  fill: EventKind.Fill,
  cancelled: EventKind.Cancelled,
  amended: EventKind.Amended,
  allCancelled: EventKind.AllCancelled,
  quoted: EventKind.Quoted,
  triggered: EventKind.Triggered,
  refreshed: EventKind.Refreshed,
  repriced: EventKind.Repriced,
  decremented: EventKind.Decremented,
  listed: EventKind.Listed,
  settingsChanged: EventKind.SettingsChanged,
  stateChanged: EventKind.StateChanged,
  auctionPrice: EventKind.AuctionPrice,
  pricesChanged: EventKind.PricesChanged,
  accountChanged: EventKind.AccountChanged,
  timePassed: EventKind.TimePassed,
} as const;
export type EventKindName = keyof typeof eventKinds;

/** From numbers back to words. */
function reversed<Name extends string>(table: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
  return new Map(Object.entries<number>(table).map(([name, number]) => [number, name as Name]));
}

const sideNames = reversed(sides);
const typeNames = reversed(orderTypes);
const timeInForceNames = reversed(timesInForce);
const standingNames = reversed(standings);
const kindNames = reversed(eventKinds);

function named<Name>(names: ReadonlyMap<number, Name>, number: number, what: string): Name {
  const name = names.get(number);
  if (name === undefined) throw new RangeError(`there is no ${what} ${number}`);
  return name;
}

export const sideName = (side: number): SideName => named(sideNames, side, 'side');
export const orderTypeName = (type: number): OrderTypeName => named(typeNames, type, 'order type');
export const timeInForceName = (number: number): TimeInForceName =>
  named(timeInForceNames, number, 'time in force');
export const standingName = (standing: number): StandingName => named(standingNames, standing, 'standing');
export const eventKindName = (kind: number): EventKindName => named(kindNames, kind, 'event of kind');

export function instrumentStateName(state: number): InstrumentStateName {
  const name = instrumentStateNames[state];
  if (name === undefined) throw new RangeError(`there is no instrument state ${state}`);
  return name as InstrumentStateName;
}
