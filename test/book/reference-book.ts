import { Side } from '../../src/model/command.js';
import { CancelReason, EventFlag, EventKind } from '../../src/model/event.js';
import type { Instrument } from '../../src/model/instrument.js';
import { RejectCode } from '../../src/model/reject.js';

/**
 * The rules once more, slow and obvious: sorted arrays, plain objects, nothing shared with the engine but the model.
 * It takes commands of sound shape and gives events as plain values.
 */

type ClientId = number | string;
type Target = { orderId: number } | { clientId: ClientId };

interface ClientCommand {
  kind: 'new' | 'cancel' | 'amend';
  account: number;
  clientId: ClientId;
  instrument: number;
  sendTime?: number;
  session?: number;
  side?: number;
  price?: number;
  size?: number;
  immediate?: boolean;
  target?: Target;
}

interface LiveOrder {
  id: number;
  account: number;
  clientId: ClientId;
  instrument: number;
  side: number;
  price: number;
  remaining: number;
  cumulative: number;
}

interface Remembered {
  content: string;
  answer: ReferenceEvent;
  time: number;
  inWindow: boolean;
  order: LiveOrder | undefined;
}

export interface ReferenceEvent {
  kind: number;
  side: number;
  code: number;
  flags: number;
  shard: number;
  sequence: number;
  index: number;
  instrument: number;
  account: number;
  previousSequence: number;
  previousIndex: number;
  time: number;
  order: number;
  clientId: ClientId;
  price: number;
  size: number;
  remaining: number;
  cumulative: number;
  trade?: number;
  counterOrder?: number;
}

interface Market {
  instrument: Instrument;
  bids: LiveOrder[];
  asks: LiveOrder[];
  trades: number;
}

type Draft = Partial<ReferenceEvent> & { kind: number; account: number };

export class ReferenceBook {
  readonly #shard: number;
  #window: number;
  #sequence = 0;
  #time = 0;
  #events: ReferenceEvent[] = [];
  readonly #markets = new Map<number, Market>();
  readonly #last = new Map<number, { sequence: number; index: number }>();
  readonly #remembered = new Map<string, Remembered>();
  readonly #queue: string[] = [];
  #droppedTime = 0;

  constructor(shard: number, window: number) {
    this.#shard = shard;
    this.#window = window;
  }

  list(instrument: Instrument): void {
    this.#sequence++;
    this.#markets.set(instrument.id, { instrument, bids: [], asks: [], trades: 0 });
  }

  setWindow(window: number): void {
    this.#sequence++;
    this.#window = window;
    this.#slide();
  }

  levels(instrument: number, side: number): { priceTicks: number; sizeLots: number; orders: number }[] {
    const market = this.#markets.get(instrument)!;
    const levels: { priceTicks: number; sizeLots: number; orders: number }[] = [];
    for (const order of side === Side.Buy ? market.bids : market.asks) {
      const level = levels.at(-1);
      if (level?.priceTicks !== order.price)
        levels.push({ priceTicks: order.price, sizeLots: order.remaining, orders: 1 });
      else {
        level.sizeLots += order.remaining;
        level.orders++;
      }
    }
    return levels;
  }

  get liveOrders(): number {
    return [...this.#markets.values()].reduce((sum, { bids, asks }) => sum + bids.length + asks.length, 0);
  }

  get rememberedClientIds(): number {
    return this.#remembered.size;
  }

  apply(command: ClientCommand, time: number): ReferenceEvent[] {
    this.#sequence++;
    this.#time = time;
    this.#events = [];
    this.#applyClientCommand(command);
    this.#events.at(-1)!.flags |= EventFlag.LastOfCommand;
    return this.#events;
  }

  #applyClientCommand(command: ClientCommand): void {
    const { session = 0, sendTime = 0, ...content } = command;
    const key = keyOf(command.account, command.clientId);
    const known = this.#remembered.get(key);
    if (known !== undefined) {
      if (known.content !== JSON.stringify(content)) this.#reject(command, RejectCode.ClientIdReused);
      else
        this.#events.push({
          ...known.answer,
          flags: known.answer.flags | EventFlag.Repeated,
          previousIndex: session,
          previousSequence: 0,
        });
      return;
    }
    const late = sendTime !== 0 && sendTime <= this.#droppedTime;
    const order = late ? this.#reject(command, RejectCode.TooLate) : this.#carryOut(command);
    this.#remembered.set(key, {
      content: JSON.stringify(content),
      answer: { ...this.#events[0]!, flags: this.#events[0]!.flags & ~EventFlag.LastOfCommand },
      time: this.#time,
      inWindow: true,
      order,
    });
    this.#queue.push(key);
    this.#slide();
    for (const [each, entry] of this.#remembered)
      if (!entry.inWindow && !this.#isLive(entry.order)) this.#remembered.delete(each);
  }

  #slide(): void {
    while (this.#queue.length > this.#window) {
      const key = this.#queue.shift()!;
      const entry = this.#remembered.get(key)!;
      entry.inWindow = false;
      this.#droppedTime = entry.time;
      if (!this.#isLive(entry.order)) this.#remembered.delete(key);
    }
  }

  #carryOut(command: ClientCommand): LiveOrder | undefined {
    if (command.kind === 'new') return this.#new(command);
    if (command.kind === 'cancel') return this.#cancel(command);
    return this.#amend(command);
  }

  #new(command: ClientCommand): LiveOrder | undefined {
    const { account, clientId, instrument, immediate } = command;
    const [side, price, size] = [command.side!, command.price!, command.size!];
    const market = this.#markets.get(instrument);
    if (market === undefined) return this.#reject(command, RejectCode.InstrumentNotListed);
    const { minPriceTicks, maxPriceTicks, minSizeLots, maxSizeLots } = market.instrument;
    if (price < minPriceTicks || price > maxPriceTicks)
      return this.#reject(command, RejectCode.PriceOutOfRange);
    if (size < minSizeLots || size > maxSizeLots) return this.#reject(command, RejectCode.SizeOutOfRange);
    const id = this.#sequence;
    const order = { id, account, clientId, instrument, side, price, remaining: size, cumulative: 0 };
    this.#write({ kind: EventKind.Accepted, account, flags: EventFlag.Answer, ...ofOrder(order), size });
    this.#match(market, order);
    if (order.remaining === 0) return undefined;
    if (!immediate) {
      this.#rest(market, order);
      return order;
    }
    const rest = order.remaining;
    order.remaining = 0;
    this.#write({
      kind: EventKind.Cancelled,
      code: CancelReason.ImmediateOrCancelRest,
      flags: EventFlag.OrderDone,
      account,
      ...ofOrder(order),
      size: rest,
    });
    return undefined;
  }

  #cancel(command: ClientCommand): undefined {
    const order = this.#targetOf(command);
    if (order === undefined) return this.#reject(command, RejectCode.UnknownOrder);
    this.#cancelResting(command, order, CancelReason.Asked);
  }

  #amend(command: ClientCommand): undefined {
    if (command.price === undefined && command.size === undefined)
      return this.#reject(command, RejectCode.NothingToAmend);
    const order = this.#targetOf(command);
    if (order === undefined) return this.#reject(command, RejectCode.UnknownOrder);
    const market = this.#markets.get(order.instrument)!;
    const { minPriceTicks, maxPriceTicks, minSizeLots, maxSizeLots } = market.instrument;
    const price = command.price ?? order.price;
    const total = command.size ?? order.remaining + order.cumulative;
    if (price < minPriceTicks || price > maxPriceTicks)
      return this.#reject(command, RejectCode.PriceOutOfRange);
    if (total <= order.cumulative) return this.#cancelResting(command, order, CancelReason.AmendedToNothing);
    if (total < minSizeLots || total > maxSizeLots) return this.#reject(command, RejectCode.SizeOutOfRange);
    const remaining = total - order.cumulative;
    const keepsPlace = price === order.price && remaining <= order.remaining;
    if (!keepsPlace) this.#take(market, order);
    order.price = price;
    order.remaining = remaining;
    const { account, clientId } = command;
    this.#write({
      kind: EventKind.Amended,
      flags: EventFlag.Answer,
      account,
      ...ofOrder(order),
      clientId,
      size: total,
    });
    if (keepsPlace) return;
    this.#match(market, order);
    if (order.remaining > 0) this.#rest(market, order);
  }

  #cancelResting(command: ClientCommand, order: LiveOrder, code: number): undefined {
    const market = this.#markets.get(order.instrument)!;
    this.#take(market, order);
    const size = order.remaining;
    order.remaining = 0;
    const { account, clientId } = command;
    const flags = EventFlag.Answer | EventFlag.OrderDone;
    this.#write({ kind: EventKind.Cancelled, code, flags, account, ...ofOrder(order), clientId, size });
  }

  #match(market: Market, taker: LiveOrder): void {
    const others = taker.side === Side.Buy ? market.asks : market.bids;
    while (taker.remaining > 0 && others.length > 0) {
      const maker = others[0]!;
      if (taker.side === Side.Buy ? maker.price > taker.price : maker.price < taker.price) return;
      const lots = Math.min(taker.remaining, maker.remaining);
      market.trades++;
      for (const order of [taker, maker]) {
        order.remaining -= lots;
        order.cumulative += lots;
      }
      for (const [order, counter] of [
        [taker, maker],
        [maker, taker],
      ] as const)
        this.#write({
          kind: EventKind.Fill,
          flags: (order === maker ? EventFlag.Maker : 0) | (order.remaining === 0 ? EventFlag.OrderDone : 0),
          account: order.account,
          ...ofOrder(order),
          price: maker.price,
          size: lots,
          trade: market.trades,
          counterOrder: counter.id,
        });
      if (maker.remaining === 0) others.shift();
    }
  }

  /** Puts an order behind all of its price, before all that are worse. */
  #rest(market: Market, order: LiveOrder): void {
    const orders = order.side === Side.Buy ? market.bids : market.asks;
    const sign = order.side === Side.Buy ? 1 : -1;
    const at = orders.findIndex((each) => sign * each.price < sign * order.price);
    orders.splice(at < 0 ? orders.length : at, 0, order);
  }

  #take(market: Market, order: LiveOrder): void {
    const orders = order.side === Side.Buy ? market.bids : market.asks;
    orders.splice(orders.indexOf(order), 1);
  }

  #isLive(order: LiveOrder | undefined): boolean {
    return order !== undefined && order.remaining > 0;
  }

  #targetOf(command: ClientCommand): LiveOrder | undefined {
    const target = command.target!;
    const live = [...this.#markets.values()].flatMap((market) => [...market.bids, ...market.asks]);
    const order =
      'orderId' in target
        ? live.find((each) => each.id === target.orderId)
        : live.find((each) => each.account === command.account && each.clientId === target.clientId);
    if (order === undefined || order.account !== command.account) return undefined;
    return command.instrument === 0 || command.instrument === order.instrument ? order : undefined;
  }

  #reject(command: ClientCommand, code: number): undefined {
    const { account, clientId, instrument, side = Side.None, price = 0, size = 0, target } = command;
    const order = target !== undefined && 'orderId' in target ? target.orderId : 0;
    const flags = EventFlag.Answer;
    this.#write({
      kind: EventKind.Rejected,
      code,
      flags,
      account,
      clientId,
      instrument,
      side,
      price,
      size,
      order,
    });
  }

  #write(draft: Draft): void {
    const previous = this.#last.get(draft.account) ?? { sequence: 0, index: 0 };
    const index = this.#events.length;
    this.#last.set(draft.account, { sequence: this.#sequence, index });
    const text = typeof draft.clientId === 'string' ? EventFlag.TextClientId : 0;
    this.#events.push({
      side: Side.None,
      code: 0,
      shard: this.#shard,
      sequence: this.#sequence,
      index,
      instrument: 0,
      previousSequence: previous.sequence,
      previousIndex: previous.index,
      time: this.#time,
      order: 0,
      clientId: 0,
      price: 0,
      size: 0,
      remaining: 0,
      cumulative: 0,
      ...draft,
      flags: (draft.flags ?? 0) | text,
    });
  }
}

function ofOrder(order: LiveOrder) {
  const { id, clientId, instrument, side, price, remaining, cumulative } = order;
  return { order: id, clientId, instrument, side, price, remaining, cumulative };
}

function keyOf(account: number, clientId: ClientId): string {
  return `${account} ${typeof clientId} ${clientId}`;
}
