/**
 * What `import … from 'tickloom'` gives: a matching engine to embed, a running exchange, and the nouns that its protocol
 * speaks. In a browser, or as `tickloom/embedded`, it is the first of these alone.
 */
export { LiveClock } from './clock/live-clock.js';
export { SharedClock } from './clock/shared-clock.js';
export * from './embedded/index.js';
export { Exchange, ExchangeError, type ExchangeFacts, type ExchangeSettings } from './exchange.js';
export { DataDirectoryError } from './journal/data-lock.js';
export { JournalDamage, JournalVersionMismatch } from './journal/faults.js';
export { type Place, placeOf, sequenceOfPlace, shardOfPlace } from './model/identity.js';
export type { UnlistedInstrument } from './model/instrument.js';
export type { EventObject } from './wire/event-object.js';
export type { OrderMessage } from './wire/order-schema.js';
