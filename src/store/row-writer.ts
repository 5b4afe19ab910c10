import type { FedRun } from '../follower/log-feed.js';
import { CommandKind, TimeInForce } from '../model/command.js';
import { EventFlag, EventKind } from '../model/event.js';
import { InstrumentState } from '../model/instrument-state.js';
import {
  CELL_WORDS,
  EVENT_ACCOUNT,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_CODE,
  EVENT_COUNTER_ORDER,
  EVENT_CUMULATIVE,
  EVENT_INDEX,
  EVENT_INSTRUMENT,
  EVENT_ORDER,
  EVENT_PLACE,
  EVENT_PRICE,
  EVENT_REMAINING,
  EVENT_SIZE,
  EVENT_TIME,
  EVENT_TRADE,
  eventBaseCells,
  eventCodeOf,
  eventFlags,
  eventKind,
  eventSide,
  nextEvent,
  sequenceOfEvent,
} from '../wire/event-record.js';
import { readInstrument } from '../wire/instrument-record.js';
import {
  LINE_WORDS,
  ORDER_TERMS,
  orderKind,
  orderLines,
  orderTimeInForce,
  sequencesOf,
} from '../wire/order-record.js';
import { readByte } from '../wire/text.js';
import { readBig, readWhole } from '../wire/words.js';
import type { CopyRows } from './copy-rows.js';
import { monthOf } from './months.js';
import { CHANGES_ORDER, type OrderMirror, TIME_CHANGED } from './order-mirror.js';
import { writeOrderRow } from './order-row.js';
import type { RowBatch } from './row-batch.js';

const EXECUTION_COLUMNS = 18;
const TRADE_COLUMNS = 12;

/** Makes the rows of a shard's events. */
export class RowWriter {
  readonly #shard: number;
  readonly #orders: OrderMirror;
  /** Accounts that the store has by now, or will have with a batch under way. */
  readonly #accounts = new Set<number>();
  /** The fill that was read last where it was the first of a trade's two. */
  #takerTrade = 0;
  #taker = { place: 0, index: 0, orderId: 0, account: 0, side: 0 };
  /** The month of the time that was looked at last. */
  #timeLow = 0;
  #timeHigh = 0;
  #month = '';
  #executions: CopyRows | undefined;
  #trades: CopyRows | undefined;

  constructor(shard: number, orders: OrderMirror) {
    this.#shard = shard;
    this.#orders = orders;
  }

  /** Adds the events of a run. @throws StoreDamaged where one is about an order that nobody knows */
  add(run: FedRun, batch: RowBatch): void {
    const { events, to, commands } = run;
    let line = commands.from;
    let sequence = commands.firstSequence;
    if (run.from < to) this.#see(events, run.from, batch);
    for (let at = run.from; at < to; at = nextEvent(events, at)) {
      const kind = eventKind(events[at]!);
      batch.events++;
      // Told again under its first place, and nothing has happened.
      if ((eventFlags(events[at + EVENT_CODE]!) & EventFlag.Repeated) !== 0) continue;
      this.#addExecution(events, at, kind);
      if (CHANGES_ORDER.has(kind)) {
        let timeInForce: number = TimeInForce.GoodTillCancel;
        if (kind === EventKind.Accepted) {
          const of = sequenceOfEvent(events, at);
          while (sequence < of) {
            sequence += sequencesOf(commands.words, line);
            line += orderLines(commands.words[line]!) * LINE_WORDS;
          }
          // Quotes rest until cancelled; an exit says its terms.
          if (orderKind(commands.words[line]!) === CommandKind.New)
            timeInForce = orderTimeInForce(commands.words[line + ORDER_TERMS]!);
        }
        this.#orders.take(events, at, timeInForce);
        if (kind === EventKind.Fill) this.#addFill(events, at);
      } else this.#addChange(events, at, kind, batch);
      this.#seeAccount(events, at, batch);
    }
  }

  /** Writes what has become of the orders that the batch has touched. */
  seal(batch: RowBatch): void {
    const orders = this.#orders;
    // Those of one group have one time: its month is looked up once.
    let low = 0;
    let high = 0;
    let copy: CopyRows | undefined;
    orders.settle({
      replaced: (orderId, account) => {
        batch.replacedOrders.push(orderId);
        batch.replacedAccounts.push(account);
      },
      open: (slot) => writeOrderRow(batch.copyOf('orders_open'), orders, slot),
      done: (slot) => {
        const { times } = orders;
        const changed = orders.timeOf(slot, TIME_CHANGED);
        if (copy === undefined || times[changed] !== low || times[changed + 1] !== high) {
          low = times[changed]!;
          high = times[changed + 1]!;
          const month = monthOf(readBig(times, changed));
          batch.months.add(month);
          copy = batch.copyOf(`orders_${month}`);
        }
        writeOrderRow(copy, orders, slot);
      },
    });
    this.cut();
  }

  /** What is added from here on goes into another batch. */
  cut(): void {
    this.#executions = undefined;
    this.#trades = undefined;
  }

  /** All events of a run have the same time. */
  #see(words: Int32Array, at: number, batch: RowBatch): void {
    const low = words[at + EVENT_TIME]!;
    const high = words[at + EVENT_TIME + 1]!;
    if (low !== this.#timeLow || high !== this.#timeHigh) {
      this.#timeLow = low;
      this.#timeHigh = high;
      batch.timeNs = readBig(words, at + EVENT_TIME);
      const month = monthOf(batch.timeNs);
      if (month !== this.#month) this.#executions = undefined;
      this.#month = month;
    }
    batch.timeNs = readBig(words, at + EVENT_TIME);
    if (this.#executions !== undefined) return;
    batch.months.add(this.#month);
    this.#executions = batch.copyOf(`executions_${this.#month}`);
    this.#trades = batch.copyOf(`trades_${this.#month}`);
  }

  #addExecution(words: Int32Array, at: number, kind: number): void {
    const row = this.#executions!;
    const code = words[at + EVENT_CODE]!;
    row.beginRow(EXECUTION_COLUMNS);
    row.halves(words[at + EVENT_PLACE]!, words[at + EVENT_PLACE + 1]!);
    row.integer(words[at + EVENT_INDEX]!);
    row.halves(words[at + EVENT_TIME]!, words[at + EVENT_TIME + 1]!);
    row.smallint(kind);
    row.smallint(eventCodeOf(code));
    row.smallint(eventFlags(code));
    row.smallintOrNull(eventSide(words[at]!));
    row.integerOrNull(words[at + EVENT_INSTRUMENT]!);
    row.integer(words[at + EVENT_ACCOUNT]!);
    row.halvesOrNull(words[at + EVENT_ORDER]!, words[at + EVENT_ORDER + 1]!);
    row.halvesOrNull(words[at + EVENT_CLIENT_ID]!, words[at + EVENT_CLIENT_ID + 1]!);
    if ((eventFlags(code) & EventFlag.TextClientId) === 0) row.null();
    else {
      const text = (at + eventBaseCells(words[at]!, code) * CELL_WORDS) * 4;
      row.textOf(words, text + 4, readByte(words, text));
    }
    row.halvesOrNull(words[at + EVENT_PRICE]!, words[at + EVENT_PRICE + 1]!);
    row.halvesOrNull(words[at + EVENT_SIZE]!, words[at + EVENT_SIZE + 1]!);
    row.halvesOrNull(words[at + EVENT_REMAINING]!, words[at + EVENT_REMAINING + 1]!);
    row.halvesOrNull(words[at + EVENT_CUMULATIVE]!, words[at + EVENT_CUMULATIVE + 1]!);
    if (kind !== EventKind.Fill) {
      row.null();
      row.null();
      return;
    }
    row.halves(words[at + EVENT_TRADE]!, words[at + EVENT_TRADE + 1]!);
    row.halves(words[at + EVENT_COUNTER_ORDER]!, words[at + EVENT_COUNTER_ORDER + 1]!);
  }

  /** The taker's fill stands before the maker's: with the second the trade is whole. */
  #addFill(words: Int32Array, at: number): void {
    const trade = readWhole(words, at + EVENT_TRADE);
    const taker = this.#taker;
    if (this.#takerTrade !== trade) {
      this.#takerTrade = trade;
      taker.place = readWhole(words, at + EVENT_PLACE);
      taker.index = words[at + EVENT_INDEX]!;
      taker.orderId = readWhole(words, at + EVENT_ORDER);
      taker.account = words[at + EVENT_ACCOUNT]!;
      taker.side = eventSide(words[at]!);
      return;
    }
    this.#takerTrade = 0;
    const row = this.#trades!;
    row.beginRow(TRADE_COLUMNS);
    row.integer(words[at + EVENT_INSTRUMENT]!);
    row.halves(words[at + EVENT_TIME]!, words[at + EVENT_TIME + 1]!);
    row.bigint(taker.place);
    row.integer(taker.index);
    row.bigint(trade);
    row.halves(words[at + EVENT_PRICE]!, words[at + EVENT_PRICE + 1]!);
    row.halves(words[at + EVENT_SIZE]!, words[at + EVENT_SIZE + 1]!);
    row.smallint(taker.side);
    row.bigint(taker.orderId);
    row.halves(words[at + EVENT_ORDER]!, words[at + EVENT_ORDER + 1]!);
    row.integer(taker.account);
    row.integer(words[at + EVENT_ACCOUNT]!);
  }

  /** What is seldom and changes a row of a small table. */
  #addChange(words: Int32Array, at: number, kind: number, batch: RowBatch): void {
    const time = () => readBig(words, at + EVENT_TIME);
    const instrument = words[at + EVENT_INSTRUMENT]!;
    switch (kind) {
      case EventKind.Listed:
        batch.changes.push(listingSql(words, at, this.#shard));
        break;
      case EventKind.StateChanged:
        batch.changes.push(
          `update instruments set state = ${eventCodeOf(words[at + EVENT_CODE]!)}, changed_ns = ${time()} where instrument = ${instrument}`,
        );
        break;
      case EventKind.PricesChanged:
        batch.changes.push(
          `update instruments set reference_price_ticks = ${orNull(readWhole(words, at + EVENT_PRICE))}, ` +
            `mark_price_ticks = ${orNull(readWhole(words, at + EVENT_SIZE))}, changed_ns = ${time()} where instrument = ${instrument}`,
        );
        break;
      case EventKind.AccountChanged:
        batch.changes.push(accountSql(words, at));
        this.#accounts.add(readWhole(words, at + EVENT_ORDER));
        break;
    }
  }

  #seeAccount(words: Int32Array, at: number, batch: RowBatch): void {
    const account = words[at + EVENT_ACCOUNT]!;
    if (account === 0 || this.#accounts.has(account)) return;
    this.#accounts.add(account);
    batch.newAccounts.set(account, readBig(words, at + EVENT_TIME));
  }
}

function orNull(value: number): string {
  return value === 0 ? 'null' : String(value);
}

function listingSql(words: Int32Array, at: number, shard: number): string {
  const id = words[at + EVENT_INSTRUMENT]!;
  const i = readInstrument(words, at + EVENT_CELLS * CELL_WORDS, id);
  const time = readBig(words, at + EVENT_TIME);
  // A symbol has letters, digits, dots, hyphens, underscores and slashes only.
  const values = [
    ...[id, shard, `'${i.symbol}'`, i.priceDecimals, i.sizeDecimals, i.tickSize, i.lotSize],
    ...[i.minPriceTicks, i.maxPriceTicks, i.minSizeLots, i.maxSizeLots, i.priority, i.minNotional],
    ...[i.maxNotional, i.collarTicks, InstrumentState.Continuous, 'null', 'null', time, time],
  ];
  return `insert into instruments values (${values.join(', ')})`;
}

/** Limits of an account go to every shard, and each tells of them. */
function accountSql(words: Int32Array, at: number): string {
  const time = readBig(words, at + EVENT_TIME);
  const account = readWhole(words, at + EVENT_ORDER);
  const rate = readWhole(words, at + EVENT_PRICE);
  const open = readWhole(words, at + EVENT_SIZE);
  const group = readWhole(words, at + EVENT_REMAINING);
  const isStopped = eventCodeOf(words[at + EVENT_CODE]!) === 1;
  return (
    `insert into accounts values (${account}, ${time}, ${rate}, ${open}, ${group}, ${isStopped}, ${time}) ` +
    'on conflict (account) do update set max_orders_per_second = excluded.max_orders_per_second, ' +
    'max_open_orders = excluded.max_open_orders, self_trade_group = excluded.self_trade_group, ' +
    'kill_switch = excluded.kill_switch, changed_ns = greatest(accounts.changed_ns, excluded.changed_ns), ' +
    'first_seen_ns = least(accounts.first_seen_ns, excluded.first_seen_ns)'
  );
}
