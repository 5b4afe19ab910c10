/** What both entries give: that of Node.js and that of browsers. */
export type { ClientEvents } from './client-events.js';
export type { ClientKey } from './client-key.js';
export type * from './commands.js';
export type { Listener, Unsubscribe } from './emitter.js';
export { AnswerUnknown, ConnectionError, OrderRejected } from './errors.js';
export type { LoggedEvent, LogPlace, LogPlaces } from './event-log.js';
export type { Disconnected } from './link.js';
export type { IntervalMs, Trade } from './market-events.js';
export type { FeedOptions, OrderBookOptions } from './market-views.js';
export type { ConnectOptions, ReconnectOptions } from './options.js';
export type { ServerClock, TimeSample } from './server-clock.js';
export type { BookEvents, SyncedBook } from './synced-book.js';
export type { TopEvents, TopOfBook } from './top-of-book.js';
export type { MissedTrades, TradeEvents, TradeFeed } from './trade-feed.js';
export type { WebSocketConstructor, WebSocketLike } from './web-socket.js';
