import { Side } from '../../../src/model/command.js';
import { EventFlag, EventKind } from '../../../src/model/event.js';
import { placeOf } from '../../../src/model/identity.js';
import { InstrumentState } from '../../../src/model/instrument-state.js';
import type { ClientId } from '../commands.js';
import type { SeenEvent } from '../events.js';
import { Memory } from './memory.js';
import type { Account, Market, Order } from './order.js';
import { take } from './queue.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
export type ReferenceEvent = Writable<SeenEvent>;
/** What an event says besides where and when it happened. */
export type EventDraft = Partial<ReferenceEvent> & { kind: number; account: number };

/** Everything that the book knows. */
export class World {
  readonly shard: number;
  readonly memory: Memory;
  /** In the order of their listing. */
  readonly markets = new Map<number, Market>();
  /** All orders that rest or wait, by id. */
  readonly live = new Map<number, Order>();
  readonly accounts = new Map<number, Account>();
  /** Most live orders of an account that has no limit of its own; 0: any number. */
  maxOpenOrders = 0;
  readonly touched = new Set<Market>();
  events: ReferenceEvent[] = [];
  /** The answer to the command, once it is written. */
  answer: ReferenceEvent | undefined;
  sequence = 0;
  time = 0;
  /** By account: where its last event stands. */
  readonly #last = new Map<number, { sequence: number; index: number }>();
  #index = 0;

  constructor(shard: number, window: number) {
    this.shard = shard;
    this.memory = new Memory(window);
  }

  begin(sequence: number, time: number): void {
    this.sequence = sequence;
    this.time = time;
    this.events = [];
    this.answer = undefined;
    this.#index = 0;
  }

  accountOf(account: number): Account {
    const known = this.accounts.get(account);
    if (known !== undefined) return known;
    const made: Account = {
      orderRate: 0,
      openOrders: 0,
      group: 0,
      isStopped: false,
      secondBegan: undefined,
      accepted: 0,
    };
    this.accounts.set(account, made);
    return made;
  }

  /** Orders of the same account, or of accounts of the same group, do not want to trade with each other. */
  isOwn(a: Order, b: Order): boolean {
    if (a.account === b.account) return true;
    const group = this.accounts.get(a.account)?.group ?? 0;
    return group !== 0 && group === this.accounts.get(b.account)?.group;
  }

  place(order: Order): number {
    return placeOf(this.shard, order.id);
  }

  touch(market: Market): void {
    this.touched.add(market);
  }

  /** Takes an order out of the world. Its link ends: who must cancel the other has looked at it before. */
  leave(order: Order): void {
    const { market } = order;
    this.touch(market);
    if (order.isResting) take(order);
    else if (order.awaitsStop || order.awaitsAuction)
      market.waiting = market.waiting.filter((each) => each !== order);
    order.awaitsStop = false;
    order.awaitsAuction = false;
    order.isLive = false;
    order.remaining = 0;
    this.live.delete(order.id);
    if (order.link !== undefined) order.link.link = undefined;
    order.link = undefined;
    this.memory.release(order);
    if (order.exits !== undefined && order.cumulative > 0) market.left.push(order);
  }

  /** Cancels what remains of an order. An answer has the client id of its command. */
  cancel(order: Order, code: number, answer?: { clientId: ClientId }): void {
    const size = order.remaining;
    this.leave(order);
    const flags = EventFlag.OrderDone | (answer === undefined ? 0 : EventFlag.Answer);
    this.tell(order, EventKind.Cancelled, { code, flags, size, ...answer });
  }

  /** Writes an event that speaks of an order. Its size is the order's total where the draft says nothing else. */
  tell(order: Order, kind: number, draft: Partial<ReferenceEvent> = {}): void {
    const { account, clientId, side, price, remaining, cumulative } = order;
    this.write({
      kind,
      account,
      clientId,
      side,
      price,
      remaining,
      cumulative,
      instrument: order.market.instrument.id,
      order: order.id,
      size: remaining + cumulative,
      ...draft,
    });
  }

  write(draft: EventDraft): void {
    const { account } = draft;
    const index = this.#index++;
    const previous = account === 0 ? undefined : this.#last.get(account);
    if (account !== 0) this.#last.set(account, { sequence: this.sequence, index });
    const event: ReferenceEvent = {
      side: Side.None,
      code: 0,
      shard: this.shard,
      sequence: this.sequence,
      index,
      instrument: 0,
      previousSequence: previous?.sequence ?? 0,
      previousIndex: previous?.index ?? 0,
      time: this.time,
      order: 0,
      clientId: 0,
      price: 0,
      size: 0,
      remaining: 0,
      cumulative: 0,
      ...draft,
      flags: draft.flags ?? 0,
    };
    if (typeof event.clientId === 'string') event.flags |= EventFlag.TextClientId;
    if (event.terms !== undefined) event.flags |= EventFlag.Terms;
    if ((event.flags & EventFlag.Answer) !== 0) this.answer = event;
    this.events.push(event);
  }
}

/** The operator's reference price, or the price of the last trade; 0 where there is neither. */
export function referencePrice(market: Market): number {
  return market.reference !== 0 ? market.reference : market.lastPrice;
}

/** What stops look at where they are not compared with single trades: the mark, or the last trade price. */
export function stopReference(market: Market): number {
  return market.mark !== 0 ? market.mark : market.lastPrice;
}

export function isContinuous(market: Market): boolean {
  return market.state === InstrumentState.Continuous;
}

export function byId(a: Order, b: Order): number {
  return a.id - b.id;
}
