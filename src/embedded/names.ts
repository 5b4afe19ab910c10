/** The words of the plain-object interface, and the numbers that stand for them in records. */

import { SelfTrade, Side } from '../model/command.js';
import { EventKind } from '../model/event.js';
import { instrumentStateNames } from '../model/instrument-state.js';
import {
  type instrumentStates,
  type OrderTypeName,
  orderTypes,
  type pegReferences,
  type priorities,
  selfTradeModes,
  standings,
  type TimeInForceName,
  timesInForce,
} from '../wire/term-names.js';

export {
  instrumentStates,
  orderTypes,
  pegReferences,
  priorities,
  timesInForce,
} from '../wire/term-names.js';
export type { OrderTypeName, TimeInForceName };

export const sides = { buy: Side.Buy, sell: Side.Sell } as const;
/** Which side an order is on. */
export type SideName = keyof typeof sides;

export const selfTrades = { allowed: SelfTrade.Allowed, ...selfTradeModes } as const;
export type SelfTradeName = keyof typeof selfTrades;

export type PegReferenceName = keyof typeof pegReferences;

export type InstrumentStateName = keyof typeof instrumentStates;

export type PriorityName = keyof typeof priorities;

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
