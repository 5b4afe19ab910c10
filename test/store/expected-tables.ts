import { Engine } from '../../src/book/engine.js';
import { FRAME_FIRST_SEQUENCE, FRAME_HEADER_WORDS, FRAME_TIME, frameEnd } from '../../src/journal/frame.js';
import { readJournal } from '../../src/journal/journal-reader.js';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { placeOf } from '../../src/model/identity.js';
import { LINE_WORDS, orderLines, sequencesOf } from '../../src/wire/order-record.js';
import { readWhole } from '../../src/wire/words.js';
import { readEvents, type SeenEvent } from '../book/events.js';

/** A row with every value as Postgres shows it in text: what is null is left out. */
export type ExpectedRow = Readonly<Record<string, string>>;

export interface ExpectedTables {
  readonly orders: readonly ExpectedRow[];
  readonly executions: readonly ExpectedRow[];
  readonly trades: readonly ExpectedRow[];
  readonly instruments: readonly ExpectedRow[];
  readonly accounts: readonly ExpectedRow[];
}

type Row = Record<string, string>;

/**
 * What the tables must hold: the log replayed and folded the slow way, object by object. It shares the engine with the
 * stores, and nothing of how they make rows.
 *
 * @param last sequence up to which; all of the log where it is left out
 */
export function expectedTables(
  directory: string,
  shard = 0,
  last = Number.POSITIVE_INFINITY,
): ExpectedTables {
  const fold = new Fold(shard);
  const engine = new Engine({ shard });
  readJournal({ directory, shard }, (words, at) => {
    const timeNs = (BigInt(words[at + FRAME_TIME + 1]! >>> 0) << 32n) | BigInt(words[at + FRAME_TIME]! >>> 0);
    let sequence = readWhole(words, at + FRAME_FIRST_SEQUENCE);
    const end = frameEnd(words, at);
    for (let line = at + FRAME_HEADER_WORDS; line < end; line += orderLines(words[line]!) * LINE_WORDS) {
      if (sequence > last) return;
      engine.apply(words, line, sequence, words[at + FRAME_TIME]!, words[at + FRAME_TIME + 1]!);
      const isNew = ((words[line]! >>> 8) & 0xff) === 1;
      const timeInForce = isNew ? (words[line + 1]! >>> 8) & 0xff : 1;
      for (const event of readEvents(engine.events.words, engine.events.length))
        fold.take(event, `${timeNs}`, timeInForce);
      engine.events.clear();
      sequence += sequencesOf(words, line);
    }
  });
  return fold.tables();
}

class Fold {
  readonly #shard: number;
  readonly #orders = new Map<string, Row>();
  readonly #executions: Row[] = [];
  readonly #trades: Row[] = [];
  readonly #instruments = new Map<number, Row>();
  readonly #accounts = new Map<number, Row>();
  #taker: { event: SeenEvent; place: string } | undefined;

  constructor(shard: number) {
    this.#shard = shard;
  }

  tables(): ExpectedTables {
    return {
      orders: [...this.#orders.values()],
      executions: this.#executions,
      trades: this.#trades,
      instruments: [...this.#instruments.values()],
      accounts: [...this.#accounts.values()],
    };
  }

  take(event: SeenEvent, timeNs: string, timeInForce: number): void {
    const place = `${placeOf(this.#shard, event.sequence)}`;
    // A first answer told again is no other event.
    if ((event.flags & EventFlag.Repeated) !== 0) return;
    this.#executions.push(this.#execution(event, place, timeNs));
    if (event.account !== 0 && !this.#accounts.has(event.account))
      this.#accounts.set(event.account, account(event.account, timeNs));
    switch (event.kind) {
      case EventKind.Listed:
        this.#list(event, timeNs);
        return;
      case EventKind.StateChanged:
        Object.assign(this.#instruments.get(event.instrument)!, {
          state: `${event.code}`,
          changed_ns: timeNs,
        });
        return;
      case EventKind.PricesChanged: {
        const row = this.#instruments.get(event.instrument)!;
        row['changed_ns'] = timeNs;
        setOrNull(row, 'reference_price_ticks', event.price);
        setOrNull(row, 'mark_price_ticks', event.size);
        return;
      }
      case EventKind.AccountChanged: {
        const row = this.#accounts.get(event.order) ?? account(event.order, timeNs);
        this.#accounts.set(event.order, row);
        Object.assign(row, {
          max_orders_per_second: `${event.price}`,
          max_open_orders: `${event.size}`,
          self_trade_group: `${event.remaining}`,
          kill_switch: `${event.code === 1}`,
          changed_ns: timeNs,
        });
        return;
      }
    }
    if (event.kind === EventKind.Accepted) this.#accept(event, timeNs, timeInForce);
    const ofOrder: readonly number[] = [1, 3, 4, 5, 8, 9, 10, 11];
    if (ofOrder.includes(event.kind)) this.#change(event, place, timeNs);
    if (event.kind === EventKind.Fill) this.#fill(event, place, timeNs);
  }

  #execution(event: SeenEvent, place: string, timeNs: string): Row {
    const row: Row = {
      place,
      event_index: `${event.index}`,
      time_ns: timeNs,
      kind: `${event.kind}`,
      code: `${event.code}`,
      flags: `${event.flags}`,
      account: `${event.account}`,
    };
    setOrNull(row, 'side', event.side);
    setOrNull(row, 'instrument', event.instrument);
    // In an account's event the field is the account that it is about, and no place.
    setOrNull(row, 'order_id', this.#orderId(event.order, event.kind));
    setClientId(row, event.clientId);
    setOrNull(row, 'price_ticks', event.price);
    setOrNull(row, 'size_lots', event.size);
    setOrNull(row, 'remaining_lots', event.remaining);
    setOrNull(row, 'cumulative_lots', event.cumulative);
    if (event.trade === undefined) return row;
    row['trade'] = `${event.trade}`;
    row['counter_order_id'] = `${this.#orderId(event.counterOrder!, event.kind)}`;
    return row;
  }

  #orderId(sequence: number, kind: number): number {
    return sequence === 0 || kind === EventKind.AccountChanged ? sequence : placeOf(this.#shard, sequence);
  }

  #accept(event: SeenEvent, timeNs: string, timeInForce: number): void {
    const { terms } = event;
    const row: Row = {
      order_id: `${this.#orderId(event.order, event.kind)}`,
      instrument: `${event.instrument}`,
      account: `${event.account}`,
      side: `${event.side}`,
      type: `${terms?.type ?? 1}`,
      time_in_force: `${terms?.timeInForce ?? timeInForce}`,
      flags: `${terms?.flags ?? 0}`,
      status: `${1 + (terms?.standing ?? 0)}`,
      size_lots: `${event.size}`,
      notional: '0',
      accepted_ns: timeNs,
    };
    setClientId(row, event.clientId);
    setOrNull(row, 'price_ticks', event.price);
    setOrNull(row, 'display_size_lots', terms?.displaySize ?? 0);
    const isDistance = terms?.type === 5 || terms?.type === 6;
    setOrNull(row, isDistance ? 'distance' : 'stop_price_ticks', terms?.stopPrice ?? 0);
    setOrNull(row, 'peg_reference', terms?.pegReference ?? 0);
    setOrNull(row, 'trail_unit', terms?.trailUnit ?? 0);
    if (terms !== undefined && terms.expiry !== 0n) row['expires_ns'] = `${terms.expiry}`;
    this.#orders.set(row['order_id']!, row);
  }

  #change(event: SeenEvent, place: string, timeNs: string): void {
    const row = this.#orders.get(`${this.#orderId(event.order, event.kind)}`)!;
    row['remaining_lots'] = `${event.remaining}`;
    row['cumulative_lots'] = `${event.cumulative}`;
    row['changed_ns'] = timeNs;
    row['last_place'] = place;
    row['last_index'] = `${event.index}`;
    if (event.kind === EventKind.Fill) {
      row['notional'] = `${BigInt(row['notional']!) + BigInt(event.price) * BigInt(event.size)}`;
      row['first_fill_ns'] ??= timeNs;
      row['last_fill_ns'] = timeNs;
    }
    if (event.kind === EventKind.Amended) {
      setOrNull(row, 'price_ticks', event.price);
      row['size_lots'] = `${event.size}`;
    }
    if (event.kind === EventKind.Triggered) Object.assign(row, { status: '1', triggered_ns: timeNs });
    if (event.kind === EventKind.Repriced)
      setOrNull(row, event.code === 0 ? 'price_ticks' : 'stop_price_ticks', event.price);
    if (event.kind === EventKind.Decremented) row['size_lots'] = `${event.remaining + event.cumulative}`;
    if ((event.flags & EventFlag.OrderDone) === 0) return;
    row['done_ns'] = timeNs;
    row['status'] = event.kind === EventKind.Fill ? '4' : '5';
    if (event.kind === EventKind.Cancelled) row['done_reason'] = `${event.code}`;
    // Nothing is left of it: self-trade prevention took it all.
    if (event.kind === EventKind.Decremented) row['done_reason'] = '7';
  }

  #fill(event: SeenEvent, place: string, timeNs: string): void {
    if (this.#taker === undefined) {
      this.#taker = { event, place };
      return;
    }
    const { event: taker, place: takerPlace } = this.#taker;
    this.#taker = undefined;
    if (taker.trade !== event.trade || taker.instrument !== event.instrument || taker.price !== event.price)
      throw new Error(`trade ${taker.trade} has one side`);
    this.#trades.push({
      instrument: `${event.instrument}`,
      time_ns: timeNs,
      place: takerPlace,
      event_index: `${taker.index}`,
      trade: `${event.trade}`,
      price_ticks: `${event.price}`,
      size_lots: `${event.size}`,
      taker_side: `${taker.side}`,
      taker_order_id: `${this.#orderId(taker.order, taker.kind)}`,
      maker_order_id: `${this.#orderId(event.order, event.kind)}`,
      taker_account: `${taker.account}`,
      maker_account: `${event.account}`,
    });
  }

  #list({ listed, instrument }: SeenEvent, timeNs: string): void {
    const i = listed!;
    this.#instruments.set(instrument, {
      instrument: `${i.id}`,
      shard: `${this.#shard}`,
      symbol: i.symbol,
      price_decimals: `${i.priceDecimals}`,
      size_decimals: `${i.sizeDecimals}`,
      tick_size: `${i.tickSize}`,
      lot_size: `${i.lotSize}`,
      min_price_ticks: `${i.minPriceTicks}`,
      max_price_ticks: `${i.maxPriceTicks}`,
      min_size_lots: `${i.minSizeLots}`,
      max_size_lots: `${i.maxSizeLots}`,
      priority: `${i.priority}`,
      min_notional: `${i.minNotional}`,
      max_notional: `${i.maxNotional}`,
      collar_ticks: `${i.collarTicks}`,
      state: '3',
      listed_ns: timeNs,
      changed_ns: timeNs,
    });
  }
}

function account(number: number, timeNs: string): Row {
  return {
    account: `${number}`,
    first_seen_ns: timeNs,
    max_orders_per_second: '0',
    max_open_orders: '0',
    self_trade_group: '0',
    kill_switch: 'false',
  };
}

function setOrNull(row: Row, name: string, value: number): void {
  if (value === 0) delete row[name];
  else row[name] = `${value}`;
}

function setClientId(row: Row, clientId: number | string): void {
  if (typeof clientId === 'string') row['client_text'] = clientId;
  else setOrNull(row, 'client_id', clientId);
}
