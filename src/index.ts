/**
 * What `import … from 'tickloom'` gives: a running exchange, and the nouns that its protocol speaks. The embedded order
 * book joins it when it has all order types.
 */
export type { Clock, TimerId } from './clock/clock.js';
export { LiveClock } from './clock/live-clock.js';
export { SharedClock } from './clock/shared-clock.js';
export { TestClock } from './clock/test-clock.js';
export { Exchange, ExchangeError, type ExchangeFacts, type ExchangeSettings } from './exchange.js';
export { DataDirectoryError } from './journal/data-lock.js';
export { JournalDamage, JournalVersionMismatch } from './journal/faults.js';
export { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from './model/command.js';
export { CancelReason, EventFlag, EventKind } from './model/event.js';
export { type Place, placeOf, sequenceOfPlace, shardOfPlace } from './model/identity.js';
export { DEFAULT_RULES, type Instrument, Priority, type UnlistedInstrument } from './model/instrument.js';
export { RejectCode, type RejectReason, rejectReasons } from './model/reject.js';
export type { EventObject } from './wire/event-object.js';
export type { OrderMessage } from './wire/order-schema.js';
