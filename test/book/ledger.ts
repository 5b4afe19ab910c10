import { EventFlag, EventKind } from '../../src/model/event.js';
import type { SeenEvent } from './events.js';

interface Entry {
  remaining: number;
  cumulative: number;
}

const { Answer, LastOfCommand, Maker, OrderDone, Repeated } = EventFlag;

/**
 * What must hold of the events of any log, whatever its commands were: quantity is neither made nor lost, each trade has
 * two equal sides and the next number, each account's chain is whole, each command has one answer.
 */
export class Ledger {
  readonly #orders = new Map<number, Entry>();
  readonly #trades = new Map<number, number>();
  readonly #last = new Map<number, string>();

  get liveOrders(): number {
    return this.#orders.size;
  }

  /** Takes in all events of one command. @throws Error where something does not hold */
  apply(events: readonly SeenEvent[]): void {
    must(events.filter((event) => (event.flags & Answer) !== 0).length === 1, 'one answer', events[0]);
    events.forEach((event, i) => {
      must(
        ((event.flags & LastOfCommand) !== 0) === (i === events.length - 1),
        'one last event, last',
        event,
      );
    });
    const own = events.filter((event) => (event.flags & Repeated) === 0);
    own.forEach((event, i) => {
      must(event.index === i, 'indices from 0 without a gap', event);
      this.#chain(event);
      if (event.kind === EventKind.Fill) this.#trade(event, own, i);
      this.#order(event);
    });
  }

  #chain(event: SeenEvent): void {
    const { account, sequence, index, previousSequence, previousIndex } = event;
    const previous = account === 0 ? '0 0' : (this.#last.get(account) ?? '0 0');
    must(`${previousSequence} ${previousIndex}` === previous, 'an unbroken chain', event);
    this.#last.set(account, `${sequence} ${index}`);
  }

  #trade(event: SeenEvent, events: readonly SeenEvent[], i: number): void {
    if ((event.flags & Maker) !== 0) return;
    const { instrument, trade } = event;
    must(trade === (this.#trades.get(instrument) ?? 0) + 1, 'trades numbered from 1', event);
    this.#trades.set(instrument, trade!);
    const maker = events[i + 1];
    must(maker?.kind === EventKind.Fill && (maker.flags & Maker) !== 0, "the maker's fill next", event);
    must(maker!.trade === trade && maker!.instrument === instrument, 'the same trade', event);
    must(maker!.price === event.price && maker!.size === event.size, 'the same price and size', event);
    must(maker!.counterOrder === event.order && event.counterOrder === maker!.order, 'each other', event);
    must(maker!.side === 3 - event.side, 'the other side', event);
  }

  #order(event: SeenEvent): void {
    const { kind, order, size, remaining, cumulative } = event;
    if (order === 0 || kind === EventKind.Rejected || kind === EventKind.AccountChanged) return;
    if (kind === EventKind.Accepted) {
      must(!this.#orders.has(order) && remaining === size && cumulative === 0, 'a new order', event);
      this.#orders.set(order, { remaining, cumulative });
      return;
    }
    const entry = this.#orders.get(order);
    must(entry !== undefined, 'a live order', event);
    const { remaining: before, cumulative: traded } = entry!;
    const isDone = (event.flags & OrderDone) !== 0;
    must(isDone === (remaining === 0), 'done with nothing remaining', event);
    switch (kind) {
      case EventKind.Fill:
        must(remaining === before - size && cumulative === traded + size, 'what traded', event);
        break;
      case EventKind.Cancelled:
        must(size === before && remaining === 0 && cumulative === traded, 'the whole rest', event);
        break;
      case EventKind.Decremented:
        must(remaining === before - size && cumulative === traded, 'what was taken', event);
        break;
      case EventKind.Amended:
        must(size === remaining + cumulative && cumulative === traded, 'a total', event);
        break;
      default:
        must(remaining === before && cumulative === traded, 'the same quantity', event);
    }
    if (isDone) this.#orders.delete(order);
    else Object.assign(entry!, { remaining, cumulative });
  }
}

function must(holds: boolean, what: string, event: SeenEvent | undefined): void {
  if (!holds)
    throw new Error(
      `there must be ${what}: ${JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}`,
    );
}
