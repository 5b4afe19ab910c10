/**
 * The matching engine in anybody's process: what `import … from 'tickloom/embedded'` gives, and `from 'tickloom'` in a
 * browser. Nothing here needs Node.js.
 */
export type { AdvanceableClock, Clock, TimerId } from '../clock/clock.js';
export { type Randomness, SeededRandomness } from '../clock/randomness.js';
export { TestClock } from '../clock/test-clock.js';
export { CommandFlag, CommandKind, OrderType, SelfTrade, Side, TimeInForce } from '../model/command.js';
export { CancelReason, EventFlag, EventKind } from '../model/event.js';
export type { Instrument } from '../model/instrument.js';
export { RejectCode, type RejectReason, rejectReasons } from '../model/reject.js';
export type { BookDepth, BookLevel } from './book-reader.js';
export type * from './commands.js';
export type { EngineOptions } from './engine-options.js';
export type { EventCursor } from './event-cursor.js';
export type * from './events.js';
export type { ClientId } from './input-check.js';
export type { InstrumentOptions } from './instrument-options.js';
export type { Listener, ListenerMap, Unsubscribe } from './listeners.js';
export type { LiveOrder } from './live-order.js';
export { type InstrumentStatus, MatchingEngine, type MatchingEngineOptions } from './matching-engine.js';
export type {
  EventKindName,
  InstrumentStateName,
  OrderTypeName,
  PegReferenceName,
  PriorityName,
  SelfTradeName,
  SideName,
  StandingName,
  TimeInForceName,
} from './names.js';
export { type OfBook, OrderBook, type OrderBookOptions } from './order-book.js';
export type { OrderEntry } from './order-entry.js';
export type { CancelAllResult, CommandResult, OrderResult, QuoteIds, QuoteResult } from './results.js';
export type { Trade } from './trade-tape.js';
