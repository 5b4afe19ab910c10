import { CommandFlag, OrderType, Side } from '../../src/model/command.js';
import { EventFlag, EventKind, Repricing, Standing } from '../../src/model/event.js';
import type { SeenEvent } from './events.js';
import type { Level } from './venue.js';

interface Shown {
  readonly id: number;
  readonly instrument: number;
  readonly side: number;
  readonly type: number;
  readonly displaySize: number;
  readonly hidden: boolean;
  price: number;
  remaining: number;
  /** What shows of it where it rests. */
  slice: number;
  isWaiting: boolean;
}

/**
 * The displayed books, with the order of their queues, from nothing but the events of a log: what a feed makes of them.
 * An order that is told to enter, to be amended out of its place, to be triggered or to be repriced is the active one:
 * until another one is, what happens to it happens to a taker, and what it shows is what it rests with in the end.
 */
export class BookFromEvents {
  readonly #orders = new Map<number, Shown>();
  readonly #queues = new Map<string, Shown[]>();
  #active: Shown | undefined;

  get liveOrders(): number {
    return this.#orders.size;
  }

  /** Takes in all events of one command. */
  apply(events: readonly SeenEvent[]): void {
    this.#active = undefined;
    const first = events.filter((event) => (event.flags & EventFlag.Repeated) === 0);
    first.forEach((event, i) => {
      this.#applyOne(event, first, i);
    });
  }

  levels(instrument: number, side: number): Level[] {
    const levels: { priceTicks: number; sizeLots: number; orders: number }[] = [];
    for (const order of this.queue(instrument, side)) {
      const level = levels.at(-1);
      if (level?.priceTicks !== order.price)
        levels.push({ priceTicks: order.price, sizeLots: order.slice, orders: 1 });
      else {
        level.sizeLots += order.slice;
        level.orders++;
      }
    }
    return levels;
  }

  /** The displayed orders of a side, in the order in which they would trade by price and time. */
  queue(instrument: number, side: number): readonly Readonly<Shown>[] {
    return this.#queues.get(`${instrument} ${side}`) ?? [];
  }

  #applyOne(event: SeenEvent, events: readonly SeenEvent[], index: number): void {
    if (event.kind === EventKind.Accepted) {
      this.#accept(event);
      return;
    }
    const order = this.#orders.get(event.order);
    if (order === undefined || event.kind === EventKind.Rejected || event.kind === EventKind.AccountChanged)
      return;
    if ((event.flags & EventFlag.OrderDone) !== 0) {
      this.#lift(order);
      this.#orders.delete(order.id);
      return;
    }
    switch (event.kind) {
      case EventKind.Fill:
        this.#fill(order, event, events.slice(index));
        break;
      case EventKind.Decremented:
        order.remaining = event.remaining;
        this.#shrink(order);
        break;
      case EventKind.Amended:
        this.#amend(order, event);
        break;
      case EventKind.Triggered:
        order.isWaiting = false;
        // Market orders never show.
        if (order.type === OrderType.Limit || order.type === OrderType.StopLimit) this.#enter(order);
        else this.#active = order;
        break;
      case EventKind.Refreshed:
        this.#lift(order);
        order.slice = event.size;
        this.#insert(order);
        break;
      case EventKind.Repriced:
        if (event.code === Repricing.TrailingStop) break;
        this.#lift(order);
        order.price = event.price;
        this.#enter(order);
    }
  }

  #accept(event: SeenEvent): void {
    const { order: id, instrument, side, price, remaining, terms } = event;
    const order: Shown = {
      id,
      instrument,
      side,
      type: terms?.type ?? OrderType.Limit,
      displaySize: terms?.displaySize ?? 0,
      hidden: ((terms?.flags ?? 0) & CommandFlag.Hidden) !== 0,
      price,
      remaining,
      slice: 0,
      isWaiting: (terms?.standing ?? Standing.Active) !== Standing.Active,
    };
    this.#orders.set(id, order);
    if (!order.isWaiting && order.type !== OrderType.Market) this.#enter(order);
  }

  #fill(order: Shown, event: SeenEvent, later: readonly SeenEvent[]): void {
    order.remaining = event.remaining;
    const isAuction = later.some(
      (each) => each.kind === EventKind.AuctionPrice && each.instrument === event.instrument,
    );
    if (order === this.#active && !isAuction) this.#shrink(order);
    else order.slice -= event.size;
  }

  #amend(order: Shown, event: SeenEvent): void {
    const keepsPlace = event.price === order.price && event.remaining <= order.remaining;
    if (order.isWaiting || !keepsPlace) this.#lift(order);
    order.price = event.price;
    order.remaining = event.remaining;
    if (order.isWaiting) return;
    if (keepsPlace) order.slice = Math.min(order.slice, order.remaining);
    else this.#enter(order);
  }

  #shrink(order: Shown): void {
    if (order === this.#active) order.slice = sliceOf(order);
    else order.slice = Math.min(order.slice, order.remaining);
  }

  #enter(order: Shown): void {
    this.#active = order;
    order.slice = sliceOf(order);
    this.#insert(order);
  }

  #insert(order: Shown): void {
    if (order.hidden) return;
    const key = `${order.instrument} ${order.side}`;
    const queue = this.#queues.get(key) ?? [];
    this.#queues.set(key, queue);
    const sign = order.side === Side.Buy ? 1 : -1;
    const at = queue.findIndex((each) => sign * each.price < sign * order.price);
    queue.splice(at < 0 ? queue.length : at, 0, order);
  }

  #lift(order: Shown): void {
    const queue = this.#queues.get(`${order.instrument} ${order.side}`);
    const at = queue?.indexOf(order) ?? -1;
    if (at >= 0) queue!.splice(at, 1);
  }
}

function sliceOf(order: Shown): number {
  return order.displaySize === 0 ? order.remaining : Math.min(order.displaySize, order.remaining);
}
