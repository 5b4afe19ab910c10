import { InstrumentState } from '../model/instrument-state.js';
import { OrderHeap } from './order-heap.js';

/** Bits of a book's `special` word. While one is set, its commands take the general path. */
export const Special = {
  /** Not continuous. */
  State: 1 << 0,
  /** Bounds of notional, a collar, or a priority other than time. */
  Rules: 1 << 1,
} as const;

/** Bits of a book's `care` word. While one is set, orders that may trade or move a peg are matched the general way. */
export const Care = {
  /** Hidden orders or icebergs rest. */
  Unseen: 1 << 0,
  /** Linked orders live: a trade of one cancels another. */
  Links: 1 << 1,
  /** Trailing stops wait: they follow every trade. */
  Trailing: 1 << 2,
  /** Pegged orders rest: they follow the best prices. */
  Pegs: 1 << 3,
} as const;

/** Bits of a book's `after` word: what has to be looked at after a command of the plain path that traded. */
export const After = {
  /** Stops wait. */
  Stops: 1 << 0,
  /** Brackets whose exits have not entered. */
  Brackets: 1 << 1,
} as const;

/** What an entry leaves behind, for its exits to enter. */
export interface PendingExits {
  /** Order id of the entry. */
  readonly entryId: number;
  readonly accountSlot: number;
  readonly session: number;
  /** Side of the exits. */
  readonly side: number;
  readonly sizeLots: number;
  readonly takeProfitTicks: number;
  readonly stopLossTicks: number;
  readonly selfTrade: number;
  /** A client id in two halves, or the slot of a text that is the exits' to release. */
  readonly clientIdLow: number;
  readonly clientIdHigh: number;
  readonly isText: boolean;
}

/** What of a book is out of the ordinary: its state and prices, and the orders that wait, follow or are bound. */
export class Specials {
  state: InstrumentState = InstrumentState.Continuous;
  /** Set by the operator, in ticks; 0: none. */
  referenceTicks = 0;
  markTicks = 0;

  /** Lowest and highest price that stops have yet to be compared with; 0 and 0 for none. */
  lowTicks = 0;
  highTicks = 0;

  /** Stops that wait, trailing ones apart: buys by ascending stop price, sells by descending. */
  readonly buyStops: OrderHeap;
  readonly sellStops: OrderHeap;
  /** Slots, by order id. */
  readonly trailing: number[] = [];
  readonly pegs: number[] = [];
  /** What the pegs have followed last: the best prices of orders that are not pegged, in ticks, 0 for none. */
  followedBidTicks = 0;
  followedAskTicks = 0;
  /** A peg's own trade has moved them since: every command looks at the pegs until they agree. */
  arePegsStale = false;
  /** Orders that wait for an auction: at the open, at the close. */
  readonly atOpen: number[] = [];
  readonly atClose: number[] = [];

  /** Live orders of each sort. */
  unseen = 0;
  links = 0;
  brackets = 0;
  pendingExits: PendingExits[] = [];

  /** The command at hand has touched the book: it is settled at the command's end. */
  isTouched = false;
  /** It has just become continuous: all waiting stops are compared once. */
  hasResumed = false;

  /** @param holds whether the order in a slot, known by its id, still waits for a stop price */
  constructor(holds: (slot: number, id: number, stopPriceTicks: number) => boolean) {
    this.buyStops = new OrderHeap((slot, id, key) => holds(slot, id, key));
    this.sellStops = new OrderHeap((slot, id, key) => holds(slot, id, -key));
  }

  /** The `after` bits. */
  get after(): number {
    const hasStops = this.buyStops.members + this.sellStops.members > 0;
    return (hasStops ? After.Stops : 0) | (this.brackets > 0 ? After.Brackets : 0);
  }

  /** The `special` bits, save Rules, which the instrument decides. */
  get special(): number {
    return this.state === InstrumentState.Continuous ? 0 : Special.State;
  }

  /** The `care` bits. */
  get care(): number {
    return (
      (this.unseen > 0 ? Care.Unseen : 0) |
      (this.links > 0 ? Care.Links : 0) |
      (this.trailing.length > 0 ? Care.Trailing : 0) |
      (this.pegs.length > 0 ? Care.Pegs : 0)
    );
  }

  /** Forgets the trades of the command before. */
  beginTrades(): void {
    this.lowTicks = 0;
    this.highTicks = 0;
  }
}

/** Takes a slot out of a list that is kept in order. */
export function removeFrom(list: number[], slot: number): void {
  const at = list.indexOf(slot);
  if (at < 0) throw new Error(`slot ${slot} is not in its list of ${list.length}`);
  list.splice(at, 1);
}
