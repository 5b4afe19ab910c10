/**
 * Every route of the HTTP side: what is asked, who may ask, what is answered. `Routes` serves no path that is not here,
 * and the OpenAPI document is made from it.
 */

import type { z } from 'zod';
import { EXPOSITION_TYPE } from '../../metrics/prometheus.js';
import { listingSchema } from '../../wire/listing-object.js';
import { commandSchemas } from '../../wire/order-schema.js';
import {
  acceptedAnswerSchema,
  accountChangedAnswerSchema,
  allCancelledAnswerSchema,
  amendAnswerSchema,
  bookAnswerSchema,
  cancelledAnswerSchema,
  pricesChangedAnswerSchema,
  quotedAnswerSchema,
  stateChangedAnswerSchema,
} from './command-answers.js';
import {
  advanceSchema,
  healthSchema,
  keySessionSchema,
  movedClockSchema,
  snapshotsSchema,
  timeSchema,
} from './figure-schemas.js';
import { histogramsSchema } from './histogram-schemas.js';
import type { ParameterName } from './parameters.js';
import {
  instrumentsSchema,
  listedInstrumentSchema,
  orderAnswerSchema,
  ordersSchema,
  tradesSchema,
} from './stored-schemas.js';

/** What a key needs, where the exchange has keys. */
export type RouteScope = 'public' | 'read' | 'trade' | 'admin';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface RouteBody {
  readonly schema: z.ZodType;
  /** Fields of the message that method and path say. */
  readonly said?: readonly string[];
  /** Fields of the message that may be left out here. */
  readonly optional?: readonly string[];
}

export interface RouteAnswer {
  readonly description: string;
  /** JSON of this schema; where there is none, a text or a document of the content type. */
  readonly schema?: z.ZodType;
  readonly contentType?: string;
  /** It may be text instead, where the request asks for that. */
  readonly orText?: true;
}

export interface Route {
  readonly method: Method;
  /** With what varies in braces: '/orders/{orderId}'. */
  readonly path: string;
  readonly id: string;
  readonly tag: 'Orders' | 'Market data' | 'Operator' | 'Figures' | 'Documents';
  readonly scope: RouteScope;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly ParameterName[];
  readonly body?: RouteBody;
  /** By status. */
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** Statuses of rejects that it may answer with, besides those that every route has. */
  readonly rejects: readonly number[];
  /** Served only under TICKLOOM_CLOCK=test. */
  readonly needsTestClock?: true;
}

const COMMAND = [400, 403, 404, 408, 409, 413, 422, 429, 503, 504];
const STORE_READ = [400, 403, 404, 429, 503, 504];
const MARKET: Pick<Route, 'tag' | 'scope'> = { tag: 'Market data', scope: 'read' };
const FIGURES: Pick<Route, 'tag' | 'scope'> = { tag: 'Figures', scope: 'public' };
const DOCUMENTS: Pick<Route, 'tag' | 'scope' | 'rejects'> = {
  tag: 'Documents',
  scope: 'public',
  rejects: [404],
};

const orderRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/orders',
    id: 'placeOrder',
    tag: 'Orders',
    scope: 'trade',
    summary: 'New order',
    description: 'What the terms mean stands in docs/orders.md.',
    body: { schema: commandSchemas.new, said: ['type'] },
    answers: { 201: { description: 'The order was accepted.', schema: acceptedAnswerSchema } },
    rejects: COMMAND,
  },
  {
    method: 'DELETE',
    path: '/orders',
    id: 'cancelAllOrders',
    tag: 'Orders',
    scope: 'trade',
    summary: 'Cancel all orders of an account',
    parameters: ['accountOrOperator', 'onlySymbol', 'onlySide', 'clientId'],
    answers: { 200: { description: 'How many orders go.', schema: allCancelledAnswerSchema } },
    rejects: COMMAND,
  },
  {
    method: 'GET',
    path: '/orders',
    id: 'listOrders',
    tag: 'Orders',
    scope: 'read',
    summary: 'Orders of an account, by order id',
    parameters: ['neededAccount', 'status', 'clientOrderId', 'afterOrder', 'limit'],
    answers: { 200: { description: 'A page of orders.', schema: ordersSchema } },
    rejects: STORE_READ,
  },
  {
    method: 'GET',
    path: '/orders/{orderId}',
    id: 'readOrder',
    tag: 'Orders',
    scope: 'read',
    summary: 'An order, open or done',
    parameters: ['orderId'],
    answers: { 200: { description: 'The order.', schema: orderAnswerSchema } },
    rejects: STORE_READ,
  },
  {
    method: 'DELETE',
    path: '/orders/{orderId}',
    id: 'cancelOrder',
    tag: 'Orders',
    scope: 'trade',
    summary: 'Cancel an order',
    parameters: ['orderId', 'account', 'clientId'],
    answers: { 200: { description: 'The order was cancelled.', schema: cancelledAnswerSchema } },
    rejects: COMMAND,
  },
  {
    method: 'PATCH',
    path: '/orders/{orderId}',
    id: 'amendOrder',
    tag: 'Orders',
    scope: 'trade',
    summary: 'Amend price or size of an order',
    parameters: ['orderId'],
    body: { schema: commandSchemas.amend, said: ['type', 'orderId', 'clientOrderId'] },
    answers: {
      200: {
        description: 'The order was amended; cancelled, where so much has traded already.',
        schema: amendAnswerSchema,
      },
    },
    rejects: COMMAND,
  },
  {
    method: 'POST',
    path: '/quotes',
    id: 'massQuote',
    tag: 'Orders',
    scope: 'trade',
    summary: 'Mass quote',
    body: { schema: commandSchemas.massQuote, said: ['type'] },
    answers: { 201: { description: 'The quotes were taken.', schema: quotedAnswerSchema } },
    rejects: COMMAND,
  },
];

const marketRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/books/{symbol}',
    id: 'readBook',
    ...MARKET,
    summary: 'The book of an instrument',
    parameters: ['symbolOfPath', 'depth'],
    answers: { 200: { description: 'The book.', schema: bookAnswerSchema } },
    rejects: [400, 403, 404, 429, 503, 504],
  },
  {
    method: 'GET',
    path: '/trades',
    id: 'listTrades',
    ...MARKET,
    summary: 'Trades of an instrument, by time',
    parameters: ['neededSymbol', 'from', 'to', 'afterTrade', 'limit'],
    answers: { 200: { description: 'A page of trades.', schema: tradesSchema } },
    rejects: STORE_READ,
  },
  {
    method: 'GET',
    path: '/instruments',
    id: 'listInstruments',
    ...MARKET,
    scope: 'public',
    summary: 'What is listed',
    answers: { 200: { description: 'All instruments.', schema: instrumentsSchema } },
    rejects: [405],
  },
];

const operatorRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/instruments',
    id: 'listInstrument',
    tag: 'Operator',
    scope: 'admin',
    summary: 'List an instrument',
    body: { schema: listingSchema.meta({ title: 'Listing' }) },
    answers: {
      200: { description: 'It was listed already, the same.', schema: listedInstrumentSchema },
      201: { description: 'It is listed.', schema: listedInstrumentSchema },
    },
    rejects: [400, 403, 408, 413, 422, 429, 503, 504],
  },
  {
    method: 'POST',
    path: '/instruments/{symbol}/state',
    id: 'setState',
    tag: 'Operator',
    scope: 'admin',
    summary: 'Take an instrument into another state',
    parameters: ['symbolOfPath'],
    body: { schema: commandSchemas.state, said: ['type', 'symbol'], optional: ['clientId'] },
    answers: { 200: { description: 'The new state.', schema: stateChangedAnswerSchema } },
    rejects: COMMAND,
  },
  {
    method: 'POST',
    path: '/instruments/{symbol}/prices',
    id: 'setPrices',
    tag: 'Operator',
    scope: 'admin',
    summary: 'Set reference and mark price of an instrument',
    parameters: ['symbolOfPath'],
    body: { schema: commandSchemas.prices, said: ['type', 'symbol'], optional: ['clientId'] },
    answers: { 200: { description: 'The new prices.', schema: pricesChangedAnswerSchema } },
    rejects: COMMAND,
  },
  {
    method: 'PATCH',
    path: '/accounts/{account}',
    id: 'setAccount',
    tag: 'Operator',
    scope: 'admin',
    summary: 'Set limits, group and kill switch of an account',
    parameters: ['accountOfPath'],
    body: { schema: commandSchemas.account, said: ['type', 'subject'], optional: ['clientId'] },
    answers: { 200: { description: 'The new settings.', schema: accountChangedAnswerSchema } },
    rejects: COMMAND,
  },
  {
    method: 'POST',
    path: '/snapshots',
    id: 'takeSnapshots',
    tag: 'Operator',
    scope: 'admin',
    summary: 'Take a snapshot of every shard now',
    answers: { 200: { description: 'Each snapshot, on disk.', schema: snapshotsSchema } },
    rejects: [403, 429, 503],
  },
  {
    method: 'POST',
    path: '/clock',
    id: 'advanceClock',
    tag: 'Operator',
    scope: 'admin',
    summary: 'Move a test clock on',
    description: 'There only where the exchange was started under `TICKLOOM_CLOCK=test`.',
    body: { schema: advanceSchema },
    answers: { 200: { description: 'What time it is now.', schema: movedClockSchema } },
    rejects: [400, 403, 404, 408, 413, 429],
    needsTestClock: true,
  },
];

const figureRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/health',
    id: 'readHealth',
    ...FIGURES,
    summary: 'How the exchange is',
    answers: {
      200: { description: 'All is well.', schema: healthSchema },
      503: { description: 'Not all is well; `status` is `failing`.', schema: healthSchema },
    },
    rejects: [405],
  },
  {
    method: 'GET',
    path: '/time',
    id: 'readTime',
    ...FIGURES,
    summary: 'The time of the exchange, for who compares it with another clock',
    parameters: ['clientTimeNs'],
    answers: { 200: { description: 'When the request came, and when this went.', schema: timeSchema } },
    rejects: [400, 429],
  },
  {
    method: 'GET',
    path: '/session',
    id: 'readSession',
    ...FIGURES,
    scope: 'read',
    summary: 'Whom the exchange takes the request to be from',
    answers: { 200: { description: 'The key, and what it may do.', schema: keySessionSchema } },
    rejects: [403, 429],
  },
  {
    method: 'GET',
    path: '/histograms',
    id: 'readHistograms',
    ...FIGURES,
    scope: 'read',
    summary: 'How long commands have taken, stage by stage',
    parameters: ['format', 'stage'],
    answers: {
      200: {
        description: 'JSON, or HdrHistogram text or log as `format` says.',
        schema: histogramsSchema,
        orText: true,
      },
    },
    rejects: [400, 403, 429],
  },
  {
    method: 'GET',
    path: '/metrics',
    id: 'readMetrics',
    ...FIGURES,
    scope: 'read',
    summary: 'Figures for Prometheus',
    answers: { 200: { description: 'Text format 0.0.4.', contentType: EXPOSITION_TYPE } },
    rejects: [403, 429],
  },
];

const documentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/',
    id: 'readStatusPage',
    ...DOCUMENTS,
    summary: 'The status page, for people',
    answers: { 200: { description: 'A page for browsers.', contentType: 'text/html' } },
  },
  {
    method: 'GET',
    path: '/openapi.json',
    id: 'readOpenApi',
    ...DOCUMENTS,
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1.', contentType: 'application/json' } },
  },
  {
    method: 'GET',
    path: '/asyncapi.json',
    id: 'readAsyncApi',
    ...DOCUMENTS,
    summary: 'The document of the WebSocket side',
    answers: { 200: { description: 'AsyncAPI 3.0.', contentType: 'application/json' } },
  },
];

export const routeTable: readonly Route[] = [
  ...orderRoutes,
  ...marketRoutes,
  ...operatorRoutes,
  ...figureRoutes,
  ...documentRoutes,
];

/** The room of a path, the number of parts behind it, and the third part, which is always a word of its own. */
function shapeOf(room: string, items: readonly string[]): string {
  return items.length === 2 ? `${room}/+/${items[1]}` : `${room}/${items.length}`;
}

/** By the shape of the path, what each method needs. */
const scopes = new Map<string, Map<string, RouteScope>>();
for (const { path, method, scope } of routeTable) {
  const [room = '', ...items] = path.split('/').slice(1);
  const shape = shapeOf(room, items);
  const methods = scopes.get(shape) ?? new Map<string, RouteScope>();
  scopes.set(shape, methods.set(method, scope));
}

/** True where the table has a path with this first part and these parts behind it, whatever the method. */
export function isRoute(room: string, items: readonly string[]): boolean {
  return scopes.has(shapeOf(room, items));
}

/** What a request needs; of a path or a method that there is not, a key: strangers are not told which there are. */
export function scopeOf(method: string, room: string, items: readonly string[]): RouteScope {
  return scopes.get(shapeOf(room, items))?.get(method === 'HEAD' ? 'GET' : method) ?? 'read';
}
