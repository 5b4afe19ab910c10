/** What paths and queries of requests may name, for the documents. */

import { latencyStages } from '../../metrics/latency-stages.js';
import { MAX_BOOK_DEPTH, MAX_SYMBOL_BYTES, MAX_WHOLE } from '../../model/limits.js';
import { MAX_LIMIT } from '../http/query.js';
import { statusNames } from './stored-schemas.js';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: true;
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

const MAX_ACCOUNT = 0x7fff_ffff;

const time = {
  type: 'string',
  anyOf: [{ pattern: '^[0-9]{1,20}$' }, { format: 'date-time' }],
};

/** By the name under which the table of routes speaks of them. */
export const parameters = {
  symbolOfPath: {
    name: 'symbol',
    in: 'path',
    required: true,
    description: 'Symbol of the instrument, percent-encoded.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_SYMBOL_BYTES },
  },
  orderId: {
    name: 'orderId',
    in: 'path',
    required: true,
    description: 'The order, by the id that the exchange gave it.',
    schema: { type: 'integer', minimum: 1, maximum: MAX_WHOLE },
  },
  accountOfPath: {
    name: 'account',
    in: 'path',
    required: true,
    description: 'The account that it is about.',
    schema: { type: 'integer', minimum: 1, maximum: MAX_ACCOUNT },
  },
  account: {
    name: 'account',
    in: 'query',
    description: 'The account that asks.',
    schema: { type: 'integer', minimum: 1, maximum: MAX_ACCOUNT, default: 1 },
  },
  accountOrOperator: {
    name: 'account',
    in: 'query',
    description: 'Whose orders; 0, for the operator: those of all.',
    schema: { type: 'integer', minimum: 0, maximum: MAX_ACCOUNT, default: 1 },
  },
  neededAccount: {
    name: 'account',
    in: 'query',
    required: true,
    description: 'Whose orders.',
    schema: { type: 'integer', minimum: 1, maximum: MAX_ACCOUNT },
  },
  clientId: {
    name: 'clientId',
    in: 'query',
    description: 'Id of this command, new for its account. Where it is left out the gateway makes one.',
    schema: { type: 'string', minLength: 1, maxLength: 36 },
  },
  onlySymbol: {
    name: 'symbol',
    in: 'query',
    description: 'Only orders of this instrument.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_SYMBOL_BYTES },
  },
  onlySide: {
    name: 'side',
    in: 'query',
    description: 'Only orders of this side.',
    schema: { type: 'string', enum: ['buy', 'sell'] },
  },
  neededSymbol: {
    name: 'symbol',
    in: 'query',
    required: true,
    description: 'What was traded.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_SYMBOL_BYTES },
  },
  status: {
    name: 'status',
    in: 'query',
    description: 'All orders, those that are open or done, or those of one status.',
    schema: { type: 'string', enum: ['all', 'open', 'done', ...statusNames], default: 'all' },
  },
  clientOrderId: {
    name: 'clientOrderId',
    in: 'query',
    description: 'The order with that id; digits are looked for as a number.',
    schema: { type: 'string', minLength: 1, maxLength: 36 },
  },
  afterOrder: {
    name: 'after',
    in: 'query',
    description: 'The `next` of the page before.',
    schema: { type: 'string', pattern: '^[0-9]{1,16}$', default: '0' },
  },
  afterTrade: {
    name: 'after',
    in: 'query',
    description: 'The `next` of the page before.',
    schema: { type: 'string', pattern: '^[0-9]{1,19}\\.[0-9]{1,16}\\.[0-9]{1,10}$' },
  },
  limit: {
    name: 'limit',
    in: 'query',
    description: 'Most entries of the page.',
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: 100 },
  },
  from: {
    name: 'from',
    in: 'query',
    description: 'Begin of the span, inclusive: nanoseconds since the epoch, or RFC 3339.',
    schema: time,
  },
  to: {
    name: 'to',
    in: 'query',
    description: 'End of the span, exclusive: nanoseconds since the epoch, or RFC 3339.',
    schema: time,
  },
  depth: {
    name: 'depth',
    in: 'query',
    description: 'Price levels per side.',
    schema: { type: 'integer', minimum: 1, maximum: MAX_BOOK_DEPTH, default: 10 },
  },
  format: {
    name: 'format',
    in: 'query',
    description: 'json; hgrm: percentile text of one stage; v2: HdrHistogram log of all stages.',
    schema: { type: 'string', enum: ['json', 'hgrm', 'v2'], default: 'json' },
  },
  stage: {
    name: 'stage',
    in: 'query',
    description: 'With `format=hgrm`: which stage.',
    schema: { type: 'string', enum: latencyStages },
  },
  clientTimeNs: {
    name: 'clientTimeNs',
    in: 'query',
    description: 'When the request was sent by the clock of the client, nanoseconds since the epoch.',
    schema: { type: 'string', pattern: '^[0-9]{1,20}$' },
  },
} satisfies Readonly<Record<string, Parameter>>;

export type ParameterName = keyof typeof parameters;
