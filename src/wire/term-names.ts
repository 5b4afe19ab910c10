/** How msgpack and JSON write what records write as numbers: one table for each, name to number. */

import { OrderType, PegReference, SelfTrade, TimeInForce } from '../model/command.js';
import { Standing } from '../model/event.js';
import { Priority } from '../model/instrument.js';
import { InstrumentState, instrumentStateNames } from '../model/instrument-state.js';

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
  OPG: TimeInForce.AtOpen,
  CLS: TimeInForce.AtClose,
} as const;
export type TimeInForceName = keyof typeof timesInForce;

export const pegReferences = {
  best: PegReference.Best,
  mid: PegReference.Mid,
  opposite: PegReference.Opposite,
} as const;

/** Without a mode own orders trade with each other, so that one has no name. */
export const selfTradeModes = {
  cancelTaker: SelfTrade.CancelTaker,
  cancelMaker: SelfTrade.CancelMaker,
  cancelBoth: SelfTrade.CancelBoth,
  decrementBoth: SelfTrade.DecrementBoth,
} as const;

export const standings = {
  active: Standing.Active,
  awaitsStop: Standing.AwaitsStop,
  awaitsAuction: Standing.AwaitsAuction,
} as const;

export const priorities = {
  priceTime: Priority.PriceTime,
  proRata: Priority.ProRata,
  proRataTopOrder: Priority.ProRataTopOrder,
} as const;

export const instrumentStates = {
  preOpen: InstrumentState.PreOpen,
  auction: InstrumentState.Auction,
  continuous: InstrumentState.Continuous,
  halted: InstrumentState.Halted,
  closed: InstrumentState.Closed,
} as const;

/** The names of a table, in its order: what a schema takes. */
export function namesOf<Name extends string>(table: Readonly<Record<Name, number>>): [Name, ...Name[]] {
  return Object.keys(table) as [Name, ...Name[]];
}

/** The name of a number; undefined where the table does not have it. */
export function nameOf<Name extends string>(
  table: Readonly<Record<Name, number>>,
  value: number,
): Name | undefined {
  for (const name in table) if (table[name] === value) return name;
  return undefined;
}

/** The name of an instrument's state, or its number where there is no such state. */
export function stateName(state: number): string {
  return instrumentStateNames[state] ?? `state ${state}`;
}
