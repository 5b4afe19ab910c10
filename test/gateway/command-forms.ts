import {
  BinaryClient,
  type Event,
  eventFlag,
  kind,
  type OrderFields,
  orderFlag,
  type QuoteFields,
  state,
  type,
} from '../support/binary-client.js';
import { documentedFetch } from '../support/documented-http.js';
import { MsgpackClient } from '../support/msgpack-client.js';

/*
 * One command in the three forms in which clients send it, and what comes back in one line for each event, so that the
 * same scenario runs through all of them. Its instruments have ticks and lots of 1: prices are the same everywhere.
 */

/** A command as a msgpack client writes it; orders are named by id, instruments by symbol and number. */
export interface Command {
  readonly type: 'new' | 'cancel' | 'amend' | 'cancelAll' | 'massQuote' | 'state' | 'prices' | 'account';
  readonly account: number;
  readonly clientId: number;
  readonly symbol: string;
  readonly instrument: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Outcome {
  /** Answer and what followed of the same command, a line each, as far as this client sees it. */
  readonly lines: readonly string[];
  /** Over HTTP. */
  readonly status?: number;
}

/** A client of one of the protocols that acts for many accounts, the operator's among them. */
export interface Form {
  send(command: Command): Promise<Outcome>;
  close(): void;
}

export const formNames = ['binary', 'msgpack', 'http'] as const;

export async function openForm(
  name: (typeof formNames)[number],
  exchange: { readonly url: string; readonly ws: string },
  accounts: readonly number[],
): Promise<Form> {
  if (name === 'http') return httpForm(exchange.url);
  const url = `${exchange.ws}?${accounts.map((account) => `account=${account}`).join('&')}`;
  return name === 'binary' ? binaryForm(url) : msgpackForm(url);
}

/** A session that sees all events of its accounts, whoever sent the commands. */
export class Witness {
  readonly #client: BinaryClient;

  constructor(client: BinaryClient) {
    this.#client = client;
  }

  /** All that has come since the last call. The answer to a read stands behind the events of all commands before it. */
  async seen(instrument: number): Promise<Event[]> {
    this.#client.send({ kind: kind.book, instrument, size: 1 });
    const events: Event[] = [];
    for (;;) {
      const [event] = await this.#client.take(1);
      if (event!.kind === 'book') return events;
      events.push(event!);
    }
  }
}

/** The fields of an event that scenarios look at, the same from records and objects. */
interface Told {
  readonly event: string;
  readonly account: number;
  readonly side: string;
  readonly price: unknown;
  readonly size: unknown;
  /** Reason, state, code or count, by kind. */
  readonly word: unknown;
}

const sides = ['none', 'buy', 'sell'];
const standings = ['active', 'awaitsStop', 'awaitsAuction'];
const stateNames = ['', 'preOpen', 'auction', 'continuous', 'halted', 'closed'];
const reasons = [
  '',
  'asked',
  'immediate or cancel rest',
  'amended to nothing',
  'market rest',
  'fill or kill',
  'minimum size',
  'self-trade',
  'expired',
  'closed',
  'halted',
  'disconnected',
  'kill switch',
  'linked',
  'replaced',
  'auction rest',
  'no room',
];

/** `7 accepted buy 5@100`: account, event, and what there is to say of its kind. */
function line({ event, account, side, price, size, word }: Told): string {
  const amount = `${Number(size ?? 0)}@${Number(price ?? 0)}`;
  const details: Record<string, string> = {
    accepted: `${side} ${amount}${word === 'active' ? '' : ` ${word}`}`,
    rejected: `${word}`,
    fill: amount,
    cancelled: `${Number(size)} ${word}`,
    amended: amount,
    allCancelled: `${word}`,
    quoted: `${word}`,
    triggered: '',
    refreshed: `${Number(size)}`,
    repriced: `${Number(price)}`,
    decremented: `${Number(size)}`,
    stateChanged: `${word}`,
    auctionPrice: amount,
    pricesChanged: `${Number(price ?? 0)}/${Number(size ?? 0)}`,
    accountChanged: `${word}`,
  };
  return `${account} ${event} ${details[event] ?? '?'}`.trimEnd();
}

/** The line of an event record. */
export function recordLine(event: Event): string {
  const words: Record<string, unknown> = {
    accepted: standings[event.terms?.standing ?? 0],
    rejected: event.code,
    cancelled: reasons[event.code],
    allCancelled: event.size,
    quoted: event.size,
    stateChanged: stateNames[event.code],
    accountChanged: event.orderId,
  };
  const { account, price, size } = event;
  return line({ event: event.kind, account, side: sides[event.side]!, price, size, word: words[event.kind] });
}

/** The line of an event object. */
function objectLine(event: Record<string, unknown>): string {
  const words: Record<string, unknown> = {
    accepted: event['standing'] ?? 'active',
    rejected: event['code'],
    cancelled: event['reason'],
    allCancelled: event['orders'],
    quoted: event['quotes'],
    stateChanged: event['state'],
    accountChanged: event['subject'],
  };
  const name = String(event['event']);
  const arePrices = name === 'pricesChanged';
  return line({
    event: name,
    account: Number(event['account'] ?? 0),
    side: String(event['side']),
    price: arePrices ? event['reference'] : event['price'],
    size: arePrices ? event['mark'] : event['size'],
    word: words[name],
  });
}

async function binaryForm(url: string): Promise<Form> {
  const client = await BinaryClient.open(url);
  return {
    async send(command) {
      client.send(toRecord(command), { kind: kind.book, instrument: command.instrument, size: 1 });
      const events: Event[] = [];
      for (;;) {
        const [event] = await client.take(1);
        if (event!.kind === 'book') break;
        events.push(event!);
      }
      const answer = events.find(({ flags }) => flags & eventFlag.answer);
      return { lines: events.filter(({ place }) => place === answer?.place).map(recordLine) };
    },
    close: () => client.close(),
  };
}

async function msgpackForm(url: string): Promise<Form> {
  const client = await MsgpackClient.open(url);
  return {
    async send(command) {
      client.send([toObject(command), { type: 'book', symbol: command.symbol }]);
      const events: Record<string, unknown>[] = [];
      for (;;) {
        const [event] = await client.take(1);
        if (event!['event'] === 'book') break;
        events.push(event!);
      }
      const answer = events.find((event) => event['answer'] === true);
      const own = events.filter((event) => event['sequence'] === answer?.['sequence']);
      return { lines: own.map(objectLine) };
    },
    close: () => client.socket.close(),
  };
}

function httpForm(url: string): Form {
  return {
    async send(command) {
      const { method, path, body } = toRequest(command);
      const response = await documentedFetch(url + path, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer = (await response.json()) as Record<string, unknown>;
      const events = (answer['events'] ?? []) as Record<string, unknown>[];
      return { status: response.status, lines: [answer, ...events].map(objectLine) };
    },
    close: () => {},
  };
}

const isOperators = (name: string) => name === 'state' || name === 'prices' || name === 'account';

function toObject({ type: name, account, clientId, symbol, fields }: Command): Record<string, unknown> {
  const id = name === 'new' ? { clientOrderId: clientId } : { clientId };
  const whose = isOperators(name) ? {} : { account };
  const where = name === 'account' || name === 'massQuote' ? {} : { symbol };
  const quotes = fields['quotes'] as object[] | undefined;
  const named = quotes === undefined ? {} : { quotes: quotes.map((quote) => ({ symbol, ...quote })) };
  return { type: name, ...id, ...whose, ...where, ...fields, ...named };
}

function toRequest(command: Command): { method: string; path: string; body?: object } {
  const { type: _, ...body } = toObject(command);
  const { account, clientId, symbol, fields } = command;
  const { orderId, ...change } = body;
  const { subject, ...settings } = body;
  const { symbol: __, ...own } = body;
  switch (command.type) {
    case 'new':
      return { method: 'POST', path: '/orders', body };
    case 'massQuote':
      return { method: 'POST', path: '/quotes', body };
    case 'amend':
      return { method: 'PATCH', path: `/orders/${orderId}`, body: change };
    case 'cancel':
      return { method: 'DELETE', path: `/orders/${orderId}?account=${account}&clientId=${clientId}` };
    case 'cancelAll': {
      const side = fields['side'] === undefined ? '' : `&side=${fields['side']}`;
      return { method: 'DELETE', path: `/orders?account=${account}&symbol=${symbol}${side}` };
    }
    case 'account':
      return { method: 'PATCH', path: `/accounts/${subject}`, body: settings };
    default:
      return { method: 'POST', path: `/instruments/${symbol}/${command.type}`, body: own };
  }
}

const typeNumbers: Record<string, number> = type;
const times: Record<string, number> = { GTC: 1, IOC: 2, FOK: 3, GTD: 4, DAY: 5, OPG: 6, CLS: 7 };
const pegs: Record<string, number> = { best: 1, mid: 2, opposite: 3 };
const states: Record<string, number> = state;
const modes: Record<string, number> = orderFlag;

function toRecord(command: Command): OrderFields {
  const { account, clientId, instrument } = command;
  const fields = command.fields as Record<string, number>;
  const words = command.fields as Record<string, string>;
  const base = { kind: kind[command.type], account, clientId, instrument };
  const amounts = { price: fields['price'] ?? 0, size: fields['size'] ?? 0 };
  const given = (name: string, flag: number) => (fields[name] === undefined ? 0 : flag);
  switch (command.type) {
    case 'new':
      return { ...base, ...amounts, ...newFields(command.fields) };
    case 'cancel':
      return { ...base, target: fields['orderId']! };
    case 'amend': {
      const flags = given('price', orderFlag.price) | given('size', orderFlag.size);
      return { ...base, ...amounts, target: fields['orderId']!, flags };
    }
    case 'cancelAll':
      return { ...base, side: fields['side'] === undefined ? 0 : sides.indexOf(words['side']!) };
    case 'massQuote':
      return { ...base, quotes: quoteFields(command) };
    case 'state': {
      const flags = fields['cancelOrders'] ? orderFlag.cancelOrders : 0;
      return { ...base, account: 0, type: states[words['state']!]!, flags };
    }
    case 'prices': {
      const flags = given('reference', orderFlag.price) | given('mark', orderFlag.size);
      const prices = { price: fields['reference'] ?? 0, size: fields['mark'] ?? 0 };
      return { ...base, ...prices, account: 0, flags };
    }
    case 'account':
      return {
        ...base,
        account: 0,
        target: fields['subject']!,
        type: fields['killSwitch'] ? 1 : 0,
        price: fields['maxOrdersPerSecond'] ?? 0,
        size: fields['maxOpenOrders'] ?? 0,
        instrument: fields['group'] ?? 0,
        flags:
          given('killSwitch', orderFlag.setKillSwitch) |
          given('maxOrdersPerSecond', orderFlag.setOrderRate) |
          given('maxOpenOrders', orderFlag.setOpenOrders) |
          given('group', orderFlag.setGroup),
      };
  }
}

function newFields(given: Readonly<Record<string, unknown>>): OrderFields {
  const fields = given as Record<string, number>;
  const orderType = typeNumbers[String(given['orderType'] ?? 'limit')]!;
  let flags = modes[String(given['selfTrade'])] ?? 0;
  if (given['postOnly'] === 'reject') flags |= orderFlag.postOnly;
  if (given['postOnly'] === 'slide') flags |= orderFlag.postOnlySlide;
  if (given['hidden'] === true) flags |= orderFlag.hidden;
  if (given['allOrNone'] === true) flags |= orderFlag.allOrNone;
  const isTrail = fields['trail'] !== undefined;
  return {
    side: sides.indexOf(String(given['side'])),
    type: orderType,
    timeInForce: times[String(given['timeInForce'] ?? (orderType === type.market ? 'IOC' : 'GTC'))]!,
    flags,
    display: fields['displaySize'] ?? 0,
    stopPrice: fields['stopPrice'] ?? fields['trail'] ?? fields['pegOffset'] ?? 0,
    expiry: BigInt(given['expiresAtNs'] === undefined ? 0 : String(given['expiresAtNs'])),
    minimumSize: fields['minimumSize'] ?? 0,
    pegReference: pegs[String(given['pegReference'])] ?? 0,
    trailUnit: isTrail ? 1 : 0,
    ...(fields['linkedTo'] === undefined ? {} : { linked: fields['linkedTo'] }),
    ...(fields['takeProfit'] === undefined
      ? {}
      : { takeProfit: fields['takeProfit'], stopLoss: fields['stopLoss']! }),
  };
}

function quoteFields({ instrument, fields }: Command): QuoteFields[] {
  return (fields['quotes'] as Omit<QuoteFields, 'instrument'>[]).map((quote) => ({ instrument, ...quote }));
}
