import { Side } from '../../../src/model/command.js';
import { CancelReason, EventFlag, EventKind } from '../../../src/model/event.js';
import { type Instrument, instrumentFault } from '../../../src/model/instrument.js';
import { InstrumentState } from '../../../src/model/instrument-state.js';
import { RejectCode } from '../../../src/model/reject.js';
import type { ClientCommand, Command, OperatorCommand } from '../commands.js';
import type { SeenEvent } from '../events.js';
import { amend, cancel, cancelAll } from './changes.js';
import { contentOf, sequencesOf } from './content.js';
import { enterNew, newFault } from './new-order.js';
import { changeAccount, changePrices, changeState } from './operator.js';
import type { Order } from './order.js';
import { sideOf } from './queue.js';
import { massQuote } from './quotes.js';
import { settle } from './settling.js';
import { byId, World } from './world.js';

const MAX_WINDOW = 2 ** 24;
const MOST_OPEN_ORDERS = 2 ** 23;

/**
 * The rules of docs/orders.md once more, slow and obvious: sorted arrays, plain objects, nothing shared with the engine
 * but the model. It takes commands as plain objects and gives events as plain values. It has no bounds of its own: it is
 * never full.
 */
export class ReferenceBook {
  readonly #world: World;
  #next = 1;

  constructor(shard: number, window: number) {
    this.#world = new World(shard, window);
  }

  /** Applies the next command of the log. */
  apply(command: Command, time: number): SeenEvent[] {
    const world = this.#world;
    world.begin(this.#next, time);
    this.#next += sequencesOf(command);
    this.#expire();
    this.#carryOut(command);
    settle(world);
    world.events.at(-1)!.flags |= EventFlag.LastOfCommand;
    return world.events;
  }

  get liveOrders(): number {
    return this.#world.live.size;
  }

  get rememberedClientIds(): number {
    return this.#world.memory.count;
  }

  /** `InstrumentState`; 0 of an instrument that is not listed. */
  state(instrument: number): number {
    return this.#world.markets.get(instrument)?.state ?? 0;
  }

  /** What is displayed at each price, best first. */
  levels(instrument: number, side: number): { priceTicks: number; sizeLots: number; orders: number }[] {
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

  /** The displayed orders of a side by priority. */
  queue(instrument: number, side: number): readonly Readonly<Order>[] {
    const market = this.#world.markets.get(instrument);
    return market === undefined ? [] : sideOf(market, side).filter((order) => !order.hidden);
  }

  #expire(): void {
    const world = this.#world;
    const due = [...world.live.values()].filter((order) => order.expiry !== 0n && order.expiry <= world.time);
    due.sort((a, b) => Number(a.expiry - b.expiry) || byId(a, b));
    for (const order of due) world.cancel(order, CancelReason.Expired);
  }

  #carryOut(command: Command): void {
    const world = this.#world;
    const answer = { flags: EventFlag.Answer, account: 0 };
    if (command.kind === 'time') world.write({ ...answer, kind: EventKind.TimePassed });
    else if (command.kind === 'list') this.#list(command.instrument);
    else if (command.kind === 'settings') this.#set(command.window, command.maxOpenOrders ?? 0);
    else this.#carryOutNumbered(command);
  }

  /** Commands with a client id: a retry gets its first answer again. */
  #carryOutNumbered(command: ClientCommand | OperatorCommand): void {
    const world = this.#world;
    const shapeFault = command.kind === 'new' ? newFault(command) : 0;
    if (shapeFault !== 0) {
      this.#reject(command, shapeFault);
      return;
    }
    const account = accountOf(command);
    const { clientId, sendTime = 0, session = 0 } = command;
    const content = contentOf(command);
    const known = world.memory.find(account, clientId);
    if (known !== undefined) {
      if (known.content === content) this.#repeat(known.answer, session);
      else this.#reject(command, RejectCode.ClientIdReused);
      return;
    }
    const result = world.memory.isLate(sendTime) ? RejectCode.TooLate : this.#dispatch(command);
    if (typeof result === 'number' && result !== 0) this.#reject(command, result);
    const order = typeof result === 'number' ? undefined : result;
    world.memory.add(account, clientId, content, { ...world.answer! }, order);
  }

  /** A first answer again stands outside the account's chain. */
  #repeat(answer: SeenEvent, session: number): void {
    const flags = answer.flags | EventFlag.Repeated;
    this.#world.events.push({ ...answer, flags, previousSequence: 0, previousIndex: session });
  }

  #dispatch(command: ClientCommand | OperatorCommand): Order | number {
    const world = this.#world;
    switch (command.kind) {
      case 'new':
        return enterNew(world, command);
      case 'cancel':
        return cancel(world, command);
      case 'amend':
        return amend(world, command);
      case 'cancelAll':
        return cancelAll(world, command);
      case 'massQuote':
        return massQuote(world, command);
      case 'state':
        return changeState(world, command);
      case 'prices':
        return changePrices(world, command);
      default:
        return changeAccount(world, command);
    }
  }

  #list(instrument: Instrument): void {
    const world = this.#world;
    const { id, symbol } = instrument;
    const listed = [...world.markets.values()].map((market) => market.instrument);
    let code = 0;
    if (instrumentFault(instrument) !== undefined) code = RejectCode.BadInstrument;
    else if (listed.some((each) => each.id === id || each.symbol === symbol))
      code = RejectCode.InstrumentAlreadyListed;
    const answer = { flags: EventFlag.Answer, account: 0, instrument: id };
    if (code !== 0) {
      world.write({ ...answer, kind: EventKind.Rejected, code });
      return;
    }
    world.markets.set(id, {
      instrument,
      state: InstrumentState.Continuous,
      bids: [],
      asks: [],
      waiting: [],
      trades: 0,
      lastPrice: 0,
      reference: 0,
      mark: 0,
      low: Number.POSITIVE_INFINITY,
      high: 0,
      isReopened: false,
      left: [],
    });
    world.write({ ...answer, kind: EventKind.Listed, listed: instrument });
  }

  #set(window: number, maxOpenOrders: number): void {
    const answer = { flags: EventFlag.Answer, account: 0, size: window, price: maxOpenOrders };
    if (window < 1 || window > MAX_WINDOW || maxOpenOrders > MOST_OPEN_ORDERS) {
      const code = RejectCode.NumberOutOfRange;
      this.#world.write({ ...answer, kind: EventKind.Rejected, code });
      return;
    }
    this.#world.memory.resize(window);
    this.#world.maxOpenOrders = maxOpenOrders;
    this.#world.write({ ...answer, kind: EventKind.SettingsChanged });
  }

  /** Repeats what it can of the command. */
  #reject(command: ClientCommand | OperatorCommand, code: number): void {
    const echo = { instrument: 0, side: 0, price: 0, size: 0, order: 0 };
    if ('instrument' in command) echo.instrument = command.instrument;
    if ('side' in command && command.side !== undefined)
      echo.side = command.side <= Side.Sell ? command.side : 0;
    if ('price' in command) echo.price = command.price ?? 0;
    if ('size' in command) echo.size = command.size ?? 0;
    if (command.kind === 'massQuote') {
      echo.instrument = command.quotes[0]?.instrument ?? 0;
      echo.size = command.quotes.length;
    }
    if (command.kind === 'prices') {
      echo.price = command.reference ?? 0;
      echo.size = command.mark ?? 0;
    }
    if (command.kind === 'account') {
      echo.instrument = command.group ?? 0;
      echo.price = command.orderRate ?? 0;
      echo.size = command.openOrders ?? 0;
    }
    if ('target' in command && 'orderId' in command.target) echo.order = command.target.orderId % 2 ** 48;
    const { clientId } = command;
    const flags = EventFlag.Answer;
    const account = accountOf(command);
    this.#world.write({ kind: EventKind.Rejected, code, flags, account, clientId, ...echo });
  }
}

function accountOf(command: ClientCommand | OperatorCommand): number {
  return 'account' in command ? command.account : 0;
}
