import { EventFlag, EventKind } from '../model/event.js';
import {
  BOOK_ASKS,
  BOOK_BIDS,
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_CODE,
  EVENT_COUNTER_ORDER,
  EVENT_ORDER,
  EVENT_PLACE,
  EVENT_PRICE,
  EVENT_SIZE,
  EVENT_TRADE,
  eventFlags,
  eventKind,
} from '../wire/event-record.js';
import { readWhole } from '../wire/words.js';
import type { FlowFill, FlowLevels, FlowRow } from './flow-file.js';
import { bookRead, cancelOrder, newOrder, resizeOrder } from './replay-record.js';
import { ReplayAccount, type ReplayVenue } from './replay-venue.js';

/** What must come out of a recorded flow, and what did. The shape of the command's last line. */
export interface ReplayTotals {
  aggressors: { expected: number; exact: number };
  fills: { expected: number; exact: number };
  books: { expected: number; equal: number };
  rejected: number;
  unexpectedTrades: number;
}

/** Records sent before the sender waits for all answers. */
const MAX_UNDER_WAY = 4096;

/** Differences that are described; the rest are only counted. */
const MAX_DESCRIBED = 20;

/** No replay sends so many commands. */
const UNKNOWN_CLIENT_ID = 2 ** 51;

interface LiveOrder {
  readonly account: ReplayAccount;
  readonly clientId: number;
  /** Total size, as it was sent last. */
  totalLots: number;
}

/** An aggressor under way: what the venue recorded, and the fills received so far. */
interface Aggressor {
  readonly row: Extract<FlowRow, { kind: 'take' }>;
  readonly received: (FlowFill & { readonly trade: number })[];
}

/**
 * Replays recorded flow and compares after every row with what the venue of the recording did. The books that it
 * compares are read from the venue in order with the commands; the fills are those received by the taker, each of
 * which the maker must have received too.
 */
export class ReplayCheck {
  readonly totals: ReplayTotals = {
    aggressors: { expected: 0, exact: 0 },
    fills: { expected: 0, exact: 0 },
    books: { expected: 0, equal: 0 },
    rejected: 0,
    unexpectedTrades: 0,
  };
  /** The first differences, a sentence each. */
  readonly differences: string[] = [];

  /** Live orders by their id in the file. */
  readonly #orders = new Map<string, LiveOrder>();
  /** Ids in the file by the order ids that the venue gave. */
  readonly #fileIds = new Map<number, string>();
  /** New orders under way, by client id. */
  readonly #newIds = new Map<number, string>();
  /** Aggressors by client id until they are accepted, then by order id. */
  readonly #aggressorsByClientId = new Map<number, Aggressor>();
  readonly #aggressors = new Map<number, Aggressor>();
  /** Books asked for, by the client id of the read. */
  readonly #views = new Map<number, Extract<FlowRow, { kind: 'view' }>>();
  /** Fills that makers received: by trade number, price and size. */
  readonly #makerFills = new Map<number, string>();
  #clientId = 0;
  #last: ReplayAccount = ReplayAccount.Maker;

  /** Runs all rows through a venue; `progress` is called now and then with the rows done. */
  async run(rows: readonly FlowRow[], venue: ReplayVenue, progress: (rows: number) => void): Promise<void> {
    for (const [index, row] of rows.entries()) {
      const account = this.#accountOf(row);
      if (account !== this.#last || venue.underWay >= MAX_UNDER_WAY) {
        // Between two connections nothing orders the commands but waiting for the answers.
        await this.#settle(venue);
        this.#last = account;
      }
      this.#send(row, account, venue);
      if (index % 1000 === 0) progress(index);
    }
    await this.#settle(venue);
    for (const row of this.#views.values()) this.#differ(row, 'its book was never answered');
    for (const { row } of this.#aggressorsByClientId.values()) this.#differ(row, 'it was never accepted');
  }

  /** Takes an event as one of the accounts received it. */
  receive(words: Int32Array, at: number): void {
    const kind = eventKind(words[at]!);
    const flags = eventFlags(words[at + EVENT_CODE]!);
    if (kind === EventKind.Accepted) this.#accepted(words, at);
    else if (kind === EventKind.Fill) {
      if (flags & EventFlag.Maker)
        this.#makerFills.set(readWhole(words, at + EVENT_TRADE), fillText(words, at));
      else this.#takerFill(words, at);
    } else if (kind === EventKind.Book) this.#book(words, at);
    else if (kind === EventKind.Rejected) this.totals.rejected++;
  }

  #accountOf(row: FlowRow): ReplayAccount {
    switch (row.kind) {
      case 'add':
        return ReplayAccount.Maker;
      case 'take':
        return ReplayAccount.Taker;
      case 'view':
        return this.#last;
      default:
        return this.#orders.get(row.id)?.account ?? this.#last;
    }
  }

  #send(row: FlowRow, account: ReplayAccount, venue: ReplayVenue): void {
    const clientId = ++this.#clientId;
    switch (row.kind) {
      case 'add':
        this.#orders.set(row.id, { account, clientId, totalLots: row.sizeLots });
        this.#newIds.set(clientId, row.id);
        venue.send(account, newOrder(account, clientId, row.side, false, row.priceTicks, row.sizeLots));
        break;
      case 'cancel': {
        const order = this.#orderOf(row, account, row.id);
        venue.send(account, cancelOrder(account, clientId, order.clientId));
        this.#orders.delete(row.id);
        break;
      }
      case 'reduce': {
        const order = this.#orderOf(row, account, row.id);
        order.totalLots = Math.max(0, order.totalLots - row.byLots);
        venue.send(account, resizeOrder(account, clientId, order.clientId, order.totalLots));
        break;
      }
      case 'take': {
        const immediate = row.id === undefined;
        if (row.id !== undefined) {
          this.#orders.set(row.id, { account, clientId, totalLots: row.sizeLots });
          this.#newIds.set(clientId, row.id);
        }
        this.#aggressorsByClientId.set(clientId, { row, received: [] });
        this.totals.aggressors.expected++;
        venue.send(account, newOrder(account, clientId, row.side, immediate, row.priceTicks, row.sizeLots));
        break;
      }
      case 'view':
        this.totals.books.expected++;
        this.#views.set(clientId, row);
        // The recording is a window of so many levels; the book behind it may be deeper.
        venue.send(account, bookRead(Math.max(row.levels.asks.length, row.levels.bids.length, 1), clientId));
        break;
    }
  }

  /** The order under an id of the file. One that was never sent gets an id that the venue cannot know, and rejects. */
  #orderOf(row: FlowRow, account: ReplayAccount, id: string): LiveOrder {
    const order = this.#orders.get(id);
    if (order !== undefined) return order;
    this.#differ(row, `there is no order ${id}`);
    return { account, clientId: UNKNOWN_CLIENT_ID, totalLots: 0 };
  }

  async #settle(venue: ReplayVenue): Promise<void> {
    await venue.settle();
    for (const aggressor of this.#aggressors.values()) this.#compareFills(aggressor);
    this.#aggressors.clear();
    this.#makerFills.clear();
  }

  #accepted(words: Int32Array, at: number): void {
    const clientId = readWhole(words, at + EVENT_CLIENT_ID);
    const orderId = readWhole(words, at + EVENT_ORDER);
    const fileId = this.#newIds.get(clientId);
    if (fileId !== undefined) {
      this.#fileIds.set(orderId, fileId);
      this.#newIds.delete(clientId);
    }
    const aggressor = this.#aggressorsByClientId.get(clientId);
    if (aggressor === undefined) return;
    this.#aggressorsByClientId.delete(clientId);
    this.#aggressors.set(orderId, aggressor);
  }

  #takerFill(words: Int32Array, at: number): void {
    const aggressor = this.#aggressors.get(readWhole(words, at + EVENT_ORDER));
    const maker = this.#fileIds.get(readWhole(words, at + EVENT_COUNTER_ORDER));
    if (aggressor === undefined || maker === undefined) {
      this.totals.unexpectedTrades++;
      this.#describe(`command ${readWhole(words, at + EVENT_PLACE)} traded, and should only rest`);
      return;
    }
    aggressor.received.push({
      maker,
      sizeLots: readWhole(words, at + EVENT_SIZE),
      priceTicks: readWhole(words, at + EVENT_PRICE),
      trade: readWhole(words, at + EVENT_TRADE),
    });
  }

  /** Compares what the taker received with the recording, and with what the makers received. */
  #compareFills({ row, received }: Aggressor): void {
    const told = received.filter(
      (fill) => this.#makerFills.get(fill.trade) === `${fill.priceTicks} ${fill.sizeLots}`,
    );
    const actual = mergeNeighbours(told);
    const expected = mergeNeighbours(row.fills);
    this.totals.fills.expected += expected.length;
    let exact = 0;
    for (const [index, fill] of expected.entries()) if (sameFill(fill, actual[index])) exact++;
    this.totals.fills.exact += exact;
    if (exact === expected.length && actual.length === expected.length && told.length === received.length)
      this.totals.aggressors.exact++;
    else {
      if (actual.length > expected.length) this.totals.unexpectedTrades += actual.length - expected.length;
      this.#differ(row, `the fills are ${fillsText(actual)}, not ${fillsText(expected)}`);
    }
  }

  #book(words: Int32Array, at: number): void {
    const clientId = readWhole(words, at + EVENT_CLIENT_ID);
    const row = this.#views.get(clientId);
    if (row === undefined) return;
    this.#views.delete(clientId);
    const levels = readLevels(words, at);
    if (JSON.stringify(levels) === JSON.stringify(row.levels)) this.totals.books.equal++;
    else this.#differ(row, `the book is ${JSON.stringify(levels)}, not ${JSON.stringify(row.levels)}`);
  }

  #differ(row: FlowRow, what: string): void {
    this.#describe(`line ${row.line}: ${what}`);
  }

  #describe(sentence: string): void {
    if (this.differences.length < MAX_DESCRIBED) this.differences.push(sentence);
  }
}

/** True where all came out as recorded. */
export function cameOutWhole(totals: ReplayTotals): boolean {
  const { aggressors, fills, books, rejected, unexpectedTrades } = totals;
  return (
    aggressors.exact === aggressors.expected &&
    fills.exact === fills.expected &&
    books.equal === books.expected &&
    rejected === 0 &&
    unexpectedTrades === 0
  );
}

/** Neighbouring fills of one maker at one price count as one. */
function mergeNeighbours(fills: readonly FlowFill[]): FlowFill[] {
  const merged: FlowFill[] = [];
  for (const fill of fills) {
    const last = merged.at(-1);
    if (last !== undefined && last.maker === fill.maker && last.priceTicks === fill.priceTicks)
      merged[merged.length - 1] = { ...last, sizeLots: last.sizeLots + fill.sizeLots };
    else merged.push({ maker: fill.maker, sizeLots: fill.sizeLots, priceTicks: fill.priceTicks });
  }
  return merged;
}

function sameFill(a: FlowFill, b: FlowFill | undefined): boolean {
  return b !== undefined && a.maker === b.maker && a.sizeLots === b.sizeLots && a.priceTicks === b.priceTicks;
}

function fillsText(fills: readonly FlowFill[]): string {
  return fills.map((fill) => `${fill.maker}:${fill.sizeLots}:${fill.priceTicks}`).join(';') || 'none';
}

function fillText(words: Int32Array, at: number): string {
  return `${readWhole(words, at + EVENT_PRICE)} ${readWhole(words, at + EVENT_SIZE)}`;
}

function readLevels(words: Int32Array, at: number): FlowLevels {
  const bidCount = words[at + BOOK_BIDS]!;
  const askCount = words[at + BOOK_ASKS]!;
  const level = (index: number): [number, number] => {
    const cell = at + (EVENT_CELLS + index) * CELL_WORDS;
    return [readWhole(words, cell), readWhole(words, cell + 2)];
  };
  return {
    asks: Array.from({ length: askCount }, (_, i) => level(bidCount + i)),
    bids: Array.from({ length: bidCount }, (_, i) => level(i)),
  };
}
