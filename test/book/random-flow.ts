import { Side } from '../../src/model/command.js';
import { CancelReason, EventFlag, EventKind } from '../../src/model/event.js';
import { type Instrument, Priority } from '../../src/model/instrument.js';
import { InstrumentState } from '../../src/model/instrument-state.js';
import { type ClientId, type Command, instrument, type Quote, type Target } from './commands.js';
import type { SeenEvent } from './events.js';
import type { Feature } from './features.js';
import { type Dice, RandomOrders } from './random-orders.js';
import { record } from './record.js';

export interface FlowOptions {
  readonly features: ReadonlySet<Feature>;
  readonly instruments: number;
  readonly accounts: number;
  /** Prices of instrument 1 are so many, from the base up. */
  readonly prices: number;
  readonly basePrice: number;
  readonly maxSize: number;
  /** Live orders past which more are cancelled than entered. */
  readonly liveOrders: number;
  /** Largest client-id window that is set now and then. */
  readonly window: number;
}

export const FLOW_DEFAULTS: FlowOptions = {
  features: new Set(),
  instruments: 3,
  accounts: 4,
  prices: 12,
  basePrice: 100,
  maxSize: 20,
  liveOrders: 60,
  window: 80,
};

interface Live {
  readonly id: number;
  readonly account: number;
  readonly clientId: ClientId;
}

const { PreOpen, Auction, Continuous, Halted, Closed } = InstrumentState;
/** Those in which orders collect more often. */
const STATES = [PreOpen, Auction, PreOpen, Auction, Continuous, Halted, Closed, Closed];

/** A client command that may be sent again. */
type Sent = Exclude<Command, { kind: 'list' } | { kind: 'settings' } | { kind: 'time' }>;

/**
 * Random commands in which all that can go wrong goes wrong often: unknown targets, other people's orders, prices and
 * sizes out of bounds, retries with the same and with other content, late ones. Order ids are those of shard 0. It is
 * told the events, so that it mostly names what is there.
 */
export class RandomFlow {
  /** Time of the next command, which `next` moves on. */
  time: number;
  readonly instruments: Instrument[];
  readonly #dice: Dice;
  readonly #orders: RandomOrders;
  readonly #options: FlowOptions;
  readonly #sent: Sent[] = [];
  readonly #live = new Map<number, Live>();
  readonly #gone: Live[] = [];
  readonly #states = new Map<number, number>();
  #nextId = 1;

  constructor(dice: Dice, options: Partial<FlowOptions>, time: number) {
    this.#dice = dice;
    this.#orders = new RandomOrders(dice);
    this.#options = { ...FLOW_DEFAULTS, ...options };
    this.time = time;
    this.instruments = Array.from({ length: this.#options.instruments }, (_, i) => this.#instrument(i + 1));
  }

  /** The command for the next sequence, at `time`. */
  next(): Command {
    this.time += this.#pause();
    const command = this.#choose();
    if (command.kind !== 'list' && command.kind !== 'settings' && command.kind !== 'time') {
      this.#sent.push(command);
      if (this.#sent.length > 200) this.#sent.splice(0, 100);
    }
    return command;
  }

  /** Takes in what came of a command. */
  observe(events: readonly SeenEvent[]): void {
    for (const event of events) {
      if ((event.flags & EventFlag.Repeated) !== 0) continue;
      const { kind, order: id, account, clientId } = event;
      if (kind === EventKind.Accepted) this.#live.set(id, { id, account, clientId });
      if (kind === EventKind.StateChanged) this.#states.set(event.instrument, event.code);
      if ((event.flags & EventFlag.OrderDone) === 0) continue;
      const gone = this.#live.get(id);
      if (gone !== undefined) this.#gone.push(gone);
      if (this.#gone.length > 40) this.#gone.splice(0, 20);
      this.#live.delete(id);
    }
  }

  /** One that differs from the others in its rules, where features ask for it. */
  #instrument(id: number): Instrument {
    const { features, basePrice, prices, maxSize } = this.#options;
    const has = (feature: Feature, rest: number) => features.has(feature) && id % 4 === rest;
    const isLow = id % 4 === 0;
    const low = isLow ? 1 : basePrice;
    const middle = low + Math.floor(prices / 2);
    return instrument(id, {
      minPriceTicks: low,
      maxPriceTicks: low + prices - 1,
      maxSizeLots: maxSize,
      priority: has('proRataTop', 3)
        ? Priority.ProRataTopOrder
        : has('proRata', 2)
          ? Priority.ProRata
          : Priority.PriceTime,
      ...(features.has('notional') && id % 2 === 0 && { minNotional: 2 * middle, maxNotional: 18 * middle }),
      ...(features.has('collar') && (id % 4 === 3 || isLow) && { collarTicks: 4 }),
    });
  }

  #pause(): number {
    const dice = this.#below(100);
    if (dice < 90) return 1 + this.#below(3);
    return dice < 98 ? this.#below(60) : this.#below(700_000_000);
  }

  #choose(): Command {
    const { features, liveOrders } = this.#options;
    if (this.#sent.length > 0 && this.#below(25) === 24) return this.#retry();
    const elsewhere = [...this.#states].find(([_, state]) => state !== InstrumentState.Continuous);
    if (elsewhere !== undefined && this.#below(25) === 24) return this.#state(elsewhere[0]);
    const dice = this.#below(100);
    const isFull = this.#live.size > liveOrders;
    if (dice < (isFull ? 30 : 60)) return this.#new();
    if (dice < 74) return this.#cancel();
    if (dice < 88) return this.#amend();
    if (dice === 99) return this.#settings();
    if (dice === 98 && features.has('time')) return { kind: 'time' };
    if (dice === 97 && features.has('cancelAll')) return this.#cancelAll();
    if (dice >= 95 && features.has('limits')) return this.#account();
    if (dice >= 94 && features.has('prices')) return this.#prices();
    if (dice === 93 && (features.has('states') || features.has('auction')))
      return this.#state(this.#instrumentNumber());
    if (features.has('massQuote')) return this.#massQuote();
    return features.has('groups') && this.#below(3) === 0 ? this.#account() : this.#new();
  }

  #new(): Command {
    const named = this.#instrumentNumber();
    const account = this.#anyAccount();
    const draft = this.#orders.draft({
      features: this.#options.features,
      ...this.#range(named),
      time: this.time,
      other: () => this.#target(account),
    });
    const ids = { account, ...this.#ids(), instrument: named };
    const command: Command = { kind: 'new', ...ids, ...draft };
    try {
      record(command);
      return command;
    } catch {
      // It has no canonical record.
      const { side, price, size } = draft;
      return { kind: 'new', ...ids, side, price, size };
    }
  }

  #cancel(): Command {
    const { account, target } = this.#any();
    return { kind: 'cancel', account, ...this.#ids(), instrument: this.#narrowing(), target };
  }

  #amend(): Command {
    const { account, target } = this.#any();
    const around = this.#range(this.#instrumentNumber());
    const surroundings = { ...around, features: this.#options.features, time: 0, other: () => target };
    const side = this.#below(2) === 0 ? Side.Buy : Side.Sell;
    const price = this.#below(12) === 11 ? 0 : this.#orders.price(surroundings, side);
    return {
      kind: 'amend',
      account,
      ...this.#ids(),
      instrument: this.#narrowing(),
      target,
      ...(this.#below(2) === 0 && { price }),
      ...(this.#below(4) !== 3 && { size: this.#below(around.maxSize + 5) }),
    };
  }

  #cancelAll(): Command {
    const isOperator = this.#below(30) === 29;
    return {
      kind: 'cancelAll',
      account: isOperator ? 0 : this.#anyAccount(),
      ...this.#ids(),
      instrument: this.#below(2) === 0 ? this.#instrumentNumber() : 0,
      side: this.#below(3),
      onlySession: this.#below(2) === 0,
      reason: this.#below(3) === 2 ? CancelReason.Disconnected : 0,
    };
  }

  #massQuote(): Command {
    const count = 1 + this.#below(this.#options.instruments + 1);
    const quotes: Quote[] = Array.from({ length: count }, (_, i) => {
      const named = this.#below(25) === 24 ? this.#instrumentNumber() : 1 + (i % this.#options.instruments);
      const around = { ...this.#range(named), features: this.#options.features, time: 0 };
      const surroundings = { ...around, other: () => ({ orderId: 1 }) };
      const bidPrice = this.#orders.price(surroundings, Side.Buy);
      const askPrice = this.#orders.price(surroundings, Side.Sell);
      const isWrong = this.#below(20) === 19;
      return {
        instrument: named,
        bidPrice: isWrong ? bidPrice : Math.min(bidPrice, askPrice),
        bidSize: this.#below(4) === 3 ? 0 : this.#orders.size(surroundings),
        askPrice: isWrong ? askPrice : Math.max(bidPrice, askPrice) + (bidPrice === askPrice ? 1 : 0),
        askSize: this.#below(4) === 3 ? 0 : this.#orders.size(surroundings),
      };
    });
    const isModed = this.#options.features.has('selfTrade') && this.#below(2) === 0;
    const selfTrade = isModed ? 1 + this.#below(4) : 0;
    return { kind: 'massQuote', account: this.#anyAccount(), ...this.#ids(), quotes, selfTrade };
  }

  /** Where an instrument is not continuous, it mostly becomes so. */
  #state(named: number): Command {
    const state = this.#states.get(named) ?? InstrumentState.Continuous;
    const isBack = state !== InstrumentState.Continuous && this.#below(5) < 3;
    return {
      kind: 'state',
      ...this.#ids(),
      instrument: named,
      state: isBack ? InstrumentState.Continuous : STATES[this.#below(STATES.length)]!,
      cancelOrders: this.#below(30) === 29,
    };
  }

  #prices(): Command {
    const named = this.#instrumentNumber();
    const { basePrice, prices } = this.#range(named);
    const price = () =>
      this.#below(2) === 0 ? 0 : basePrice + this.#below(prices) - (this.#below(30) === 29 ? prices : 0);
    const which = this.#below(3);
    return {
      kind: 'prices',
      ...this.#ids(),
      instrument: named,
      ...(which !== 1 && { reference: Math.max(0, price()) }),
      ...(which !== 0 && { mark: Math.max(0, price()) }),
    };
  }

  #account(): Command {
    const { features, accounts } = this.#options;
    const hasLimits = features.has('limits');
    const subject = 1 + this.#below(accounts);
    const loose = this.#below(2) === 0;
    return {
      kind: 'account',
      ...this.#ids(),
      subject,
      ...(hasLimits && this.#below(2) === 0 && { orderRate: loose ? 0 : 5 + this.#below(40) }),
      ...(hasLimits && this.#below(2) === 0 && { openOrders: loose ? 0 : 5 + this.#below(20) }),
      ...(features.has('groups') && this.#below(2) === 0 && { group: this.#below(3) }),
      ...(hasLimits && this.#below(2) === 0 && { killSwitch: this.#below(10) === 9 }),
    };
  }

  #settings(): Command {
    const { accounts, liveOrders, window } = this.#options;
    // Half of the orders that would be there on the average: it is met often.
    const few = 1 + this.#below(1 + Math.floor(liveOrders / accounts / 2));
    const maxOpenOrders = this.#below(2) === 0 ? 0 : few;
    return { kind: 'settings', window: 1 + this.#below(window), maxOpenOrders };
  }

  /** A command sent before, mostly a recent one, as it was or with something else in it. */
  #retry(): Command {
    const back = 1 + this.#below(Math.min(this.#sent.length, this.#below(4) === 3 ? 100 : 12));
    const command = { ...this.#sent[this.#sent.length - back]!, session: this.#below(9) };
    if (this.#below(3) !== 2) return command;
    if (command.kind === 'new' || command.kind === 'amend')
      return { ...command, size: (command.size ?? 0) + 1 };
    if (command.kind === 'cancel') return { ...command, instrument: command.instrument + 1 };
    return command;
  }

  /** An order to name and who names it: mostly its owner. */
  #any(): { account: number; target: Target } {
    const account = this.#anyAccount();
    if (this.#below(10) === 9) return { account, target: this.#target(account) };
    const live = [...this.#live.values()];
    const order = live[live.length - 1 - this.#below(Math.max(1, live.length))];
    if (order === undefined) return { account, target: { orderId: 1 } };
    return { account: order.account, target: this.#named(order) };
  }

  #target(account: number): Target {
    const dice = this.#below(12);
    const from =
      dice === 11
        ? this.#gone
        : [...this.#live.values()].filter((order) => dice === 10 || order.account === account);
    const order = from[from.length - 1 - this.#below(Math.max(1, from.length))];
    return order === undefined ? { orderId: 1 } : this.#named(order);
  }

  #named({ id, clientId }: Live): Target {
    return this.#below(2) === 0 ? { orderId: id } : { clientId };
  }

  #ids(): { clientId: ClientId; session: number; sendTime?: number } {
    const isText = this.#below(6) === 5;
    const number = this.#nextId++;
    const clientId = isText ? `id-${'x'.repeat(this.#below(25))}-${number}` : number;
    const session = this.#below(4);
    if (this.#below(6) !== 5) return { clientId, session };
    return { clientId, session, sendTime: Math.max(1, this.time - this.#below(60)) };
  }

  #anyAccount(): number {
    return 1 + this.#below(this.#options.accounts);
  }

  #instrumentNumber(): number {
    return this.#below(60) === 59 ? 99 : 1 + this.#below(this.#options.instruments);
  }

  /** The instrument field of a command that need not name one. */
  #narrowing(): number {
    return this.#below(5) === 4 ? this.#instrumentNumber() : 0;
  }

  #range(id: number): { basePrice: number; prices: number; maxSize: number } {
    const { prices, maxSize } = this.#options;
    const { minPriceTicks: basePrice } = this.instruments[id - 1] ?? this.instruments[0]!;
    return { basePrice, prices, maxSize };
  }

  #below(n: number): number {
    return this.#dice.below(n);
  }
}
