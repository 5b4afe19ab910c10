import type { Engine, Level, OpenOrder } from '../book/engine.js';
import { Side, sideNames } from '../model/command.js';
import { EventFlag, EventKind } from '../model/event.js';
import type { Instrument } from '../model/instrument.js';
import {
  EVENT_CODE,
  EVENT_INSTRUMENT,
  EVENT_ORDER,
  eventFlags,
  eventKind,
  nextEvent,
} from '../wire/event-record.js';
import { priceText, sizeText } from '../wire/instrument-object.js';
import { nameOf, orderTypes, standings, stateName, timesInForce } from '../wire/term-names.js';
import { readWhole } from '../wire/words.js';
import { KeyAges } from './key-ages.js';
import type { RedisBatch } from './redis-batch.js';
import { RedisKeys } from './redis-keys.js';

/** Keys written anew in a batch because their time runs out: at the least, and for each row of the batch. */
const REFRESHED_KEYS = 256;
const REFRESHED_SHARE = 0.25;

const { Repeated, OrderDone, Maker } = EventFlag;

/**
 * The present state of a shard as keys: its open orders and the tops of its books. What a batch's events touched is noted
 * as they come; what it has become is asked of the books once, at the end of the batch, so an order that lives and dies
 * inside of one costs nothing.
 */
export class RedisState {
  readonly #keys: RedisKeys;
  readonly #engine: Engine;
  readonly #ttlMs: number;
  readonly #orders = new KeyAges<number>();
  readonly #tops = new KeyAges<number>();
  /** What was published last of each instrument. */
  readonly #told = new Map<number, string>();
  readonly #instruments = new Map<number, Instrument>();
  /** Nothing is known of the keys until the first run: the books may stand before it where a snapshot was. */
  #isSeeded = false;

  /** @param ttlMs how long a key stays after it was written, by the exchange's clock */
  constructor(keys: RedisKeys, engine: Engine, ttlMs: number) {
    this.#keys = keys;
    this.#engine = engine;
    this.#ttlMs = ttlMs;
  }

  /** Notes what a run's events touch. The books stand behind the run. */
  note(words: Int32Array, from: number, to: number, batch: RedisBatch): void {
    const { touched, done, instruments } = batch;
    const mayBeForgotten = !this.#isSeeded;
    if (mayBeForgotten) this.#seed();
    let lastInstrument = 0;
    let rows = 0;
    for (let at = from; at < to; at = nextEvent(words, at)) {
      rows++;
      const kind = eventKind(words[at]!);
      const flags = eventFlags(words[at + EVENT_CODE]!);
      const concerns =
        (kind <= EventKind.Decremented && kind !== EventKind.Rejected) || kind >= EventKind.Listed;
      if (!concerns || (flags & Repeated) !== 0) continue;
      const instrument = words[at + EVENT_INSTRUMENT]!;
      if (instrument !== lastInstrument && instrument !== 0) {
        lastInstrument = instrument;
        instruments.add(instrument);
      }
      if (kind >= EventKind.Listed || kind === EventKind.AllCancelled || kind === EventKind.Quoted) continue;
      const id = readWhole(words, at + EVENT_ORDER);
      if ((flags & OrderDone) === 0) touched.add(id);
      else {
        touched.delete(id);
        // Until the seed it is not known which orders of before had a key.
        if (this.#orders.delete(id) || mayBeForgotten) done.push(id);
      }
      if (kind === EventKind.Fill && (flags & Maker) === 0)
        batch.trades.add(words, at, this.#instrument(instrument)!);
    }
    batch.rows += rows;
  }

  /** Makes the texts of a batch that is complete. The books stand behind it. */
  seal(batch: RedisBatch): void {
    const nowMs = Number(batch.timeNs / 1_000_000n);
    const at = `,"sequence":${this.#engine.sequence},"timeNs":"${batch.timeNs}"}`;
    const { gone } = batch;
    for (const id of batch.done) gone.add(this.#keys.order(id));
    for (const id of batch.touched) {
      const order = this.#engine.openOrder(id);
      if (order !== undefined) {
        this.#orders.write(id, nowMs);
        this.#writeOrder(order, nowMs, at, batch);
      } else if (this.#orders.delete(id)) gone.add(this.#keys.order(id));
    }
    for (const id of batch.instruments) this.#writeTop(id, nowMs, at, batch);
    const until = nowMs - this.#ttlMs / 2;
    let most = Math.max(REFRESHED_KEYS, Math.floor(batch.rows * REFRESHED_SHARE));
    for (; most > 0; most--) {
      const id = this.#orders.oldestUntil(until);
      if (id === undefined) break;
      const order = this.#engine.openOrder(id);
      if (order === undefined) {
        this.#orders.delete(id);
        continue;
      }
      this.#orders.write(id, nowMs);
      this.#writeOrder(order, nowMs, at, batch);
    }
    for (; most > 0; most--) {
      const id = this.#tops.oldestUntil(until);
      if (id === undefined) break;
      this.#writeTop(id, nowMs, at, batch);
    }
    batch.trades.appendTo(batch.messages);
    batch.isSealed = true;
  }

  /** What is open may have a key, written at some time. */
  #seed(): void {
    this.#isSeeded = true;
    for (const { orderId } of this.#engine.openOrders())
      this.#orders.write(orderId, Number.NEGATIVE_INFINITY);
    for (const { id } of this.#engine.instruments()) this.#tops.write(id, Number.NEGATIVE_INFINITY);
  }

  /** Undefined where there is none: an event may name it all the same, as a cancel of all of it does. */
  #instrument(id: number): Instrument | undefined {
    let found = this.#instruments.get(id);
    if (found === undefined) {
      for (const each of this.#engine.instruments()) this.#instruments.set(each.id, each);
      found = this.#instruments.get(id);
    }
    return found;
  }

  /** @param at the end of the object */
  #writeOrder(order: OpenOrder, nowMs: number, at: string, { state }: RedisBatch): void {
    const instrument = this.#instrument(order.instrumentId)!;
    const { clientOrderId, expiresAtNs, stopPriceTicks } = order;
    const client =
      typeof clientOrderId === 'string'
        ? JSON.stringify(clientOrderId)
        : clientOrderId === 0
          ? 'null'
          : clientOrderId;
    let expiry = '';
    if (expiresAtNs !== undefined) {
      const expiresMs = Number((expiresAtNs + 999_999n) / 1_000_000n);
      if (expiresMs < nowMs + this.#ttlMs) expiry = String(Math.max(1, expiresMs));
    }
    // Written by hand: an object and JSON.stringify take three times as long.
    state.add(this.#keys.order(order.orderId));
    state.add(expiry);
    state.add(
      `{"orderId":${order.orderId},"clientOrderId":${client}` +
        `,"account":${order.account},"symbol":${JSON.stringify(instrument.symbol)}` +
        `,"side":"${sideNames[order.side]}","orderType":"${nameOf(orderTypes, order.type)}"` +
        `,"timeInForce":"${nameOf(timesInForce, order.timeInForce)}"` +
        `,"standing":"${nameOf(standings, order.standing)}","price":"${priceText(order.priceTicks, instrument)}"` +
        (stopPriceTicks === undefined ? '' : `,"stopPrice":"${priceText(stopPriceTicks, instrument)}"`) +
        `,"size":"${sizeText(order.sizeLots, instrument)}"` +
        `,"remaining":"${sizeText(order.remainingLots, instrument)}"` +
        `,"cumulative":"${sizeText(order.cumulativeLots, instrument)}"${at}`,
    );
  }

  #writeTop(id: number, nowMs: number, at: string, { state, messages }: RedisBatch): void {
    const instrument = this.#instrument(id);
    if (instrument === undefined) return;
    const status = this.#engine.instrumentStatus(id);
    const { lastPriceTicks } = status;
    const { symbol } = instrument;
    const content =
      `{"symbol":${JSON.stringify(symbol)},"bid":${levelText(this.#engine.best(id, Side.Buy), instrument)}` +
      `,"ask":${levelText(this.#engine.best(id, Side.Sell), instrument)}` +
      `,"lastPrice":${lastPriceTicks === 0 ? 'null' : `"${priceText(lastPriceTicks, instrument)}"`}` +
      `,"state":"${stateName(status.state)}"`;
    this.#tops.write(id, nowMs);
    if (this.#told.get(id) !== content) {
      this.#told.set(id, content);
      messages.push(RedisKeys.tops(symbol), content + at);
    }
    state.add(this.#keys.top(symbol));
    state.add('');
    state.add(content + at);
  }
}

function levelText(level: Level | undefined, instrument: Instrument): string {
  if (level === undefined) return 'null';
  const { priceTicks, sizeLots, orders } = level;
  return `["${priceText(priceTicks, instrument)}","${sizeText(sizeLots, instrument)}",${orders}]`;
}
