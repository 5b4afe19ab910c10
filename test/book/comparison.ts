import { isDeepStrictEqual } from 'node:util';
import { Side } from '../../src/model/command.js';
import { EventKind } from '../../src/model/event.js';
import { InstrumentState } from '../../src/model/instrument-state.js';
import { BookFromEvents } from './book-from-events.js';
import type { Command } from './commands.js';
import { EngineHost } from './engine-host.js';
import type { SeenEvent } from './events.js';
import { Ledger } from './ledger.js';
import { FLOW_DEFAULTS, type FlowOptions, RandomFlow } from './random-flow.js';
import type { Dice } from './random-orders.js';
import { ReferenceHost } from './reference-host.js';
import { type Host, type Level, TIME_BASE } from './venue.js';

/** A report of more commands than this would not be read: its seed makes them again. */
const MAX_HISTORY = 80;

/** Engine and reference give the same, and nothing that no book may give. */
export class Comparison {
  readonly engine: Host;
  readonly reference: ReferenceHost;
  readonly flow: RandomFlow;
  /** How many events of each kind, and rejects and cancels of each code, there were: `4.13` is a cancel of code 13. */
  readonly seen = new Map<string, number>();
  commands = 0;
  /** The first commands and their times, for reports. */
  readonly #few: string[] = [];
  readonly #ledger = new Ledger();
  readonly #rebuilt = new BookFromEvents();
  readonly #checkBooksEvery: number;

  /**
   * @param engine compared with the reference; by default the engine
   * @param checkBooksEvery so many commands: all levels and queues are compared
   */
  constructor(dice: Dice, options: Partial<FlowOptions> = {}, engine?: Host, checkBooksEvery = 1) {
    const { window } = { ...FLOW_DEFAULTS, ...options };
    this.engine = engine ?? new EngineHost({ shard: 0, clientIdWindow: window });
    this.reference = new ReferenceHost(0, window);
    this.flow = new RandomFlow(dice, options, TIME_BASE);
    this.#checkBooksEvery = checkBooksEvery;
    for (const instrument of this.flow.instruments) this.apply({ kind: 'list', instrument });
  }

  /** The next command of the flow. */
  step(): SeenEvent[] {
    return this.apply(this.flow.next());
  }

  /** @throws Error where the two differ, or something does not hold that always does */
  apply(command: Command): SeenEvent[] {
    const { time } = this.flow;
    this.commands++;
    if (this.commands <= MAX_HISTORY) this.#few.push(`${time} ${show(command)}`);
    try {
      const expected = this.reference.apply(command, time);
      const events = this.engine.apply(command, time);
      if (!isSame(events, expected)) throw new Difference('events', events, expected);
      this.#check(events);
      this.flow.observe(events);
      return events;
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`command ${this.commands}: ${show(command)}\n${message}${this.#history()}`);
    }
  }

  #check(events: SeenEvent[]): void {
    this.#ledger.apply(events);
    this.#rebuilt.apply(events);
    for (const event of events) {
      const { kind, code } = event;
      const key = kind === EventKind.Rejected || kind === EventKind.Cancelled ? `${kind}.${code}` : `${kind}`;
      this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
    }
    const { engine, reference } = this;
    same('live orders', engine.liveOrders, reference.liveOrders);
    same('live orders by the events', this.#ledger.liveOrders, engine.liveOrders);
    same('remembered client ids', engine.rememberedClientIds, reference.rememberedClientIds);
    if (this.commands % this.#checkBooksEvery === 0)
      for (const { id } of this.flow.instruments) this.#checkBook(id);
  }

  #checkBook(id: number): void {
    const { book } = this.reference;
    for (const side of [Side.Buy, Side.Sell]) {
      const levels = this.engine.levels(id, side);
      if (!isSameLevels(levels, book.levels(id, side)))
        throw new Difference(`levels of ${id}`, levels, book.levels(id, side));
      const rebuilt = this.#rebuilt.levels(id, side);
      if (!isSameLevels(rebuilt, levels))
        throw new Difference(`levels of ${id} by the events`, rebuilt, levels);
      const queue = book.queue(id, side);
      const ids = this.#rebuilt.queue(id, side).map((order) => order.id);
      if (queue.length !== ids.length || queue.some((order, i) => order.id !== ids[i]))
        throw new Difference(
          `queue of ${id} by the events`,
          ids,
          queue.map((order) => order.id),
        );
    }
    if (book.state(id) !== InstrumentState.Continuous) return;
    const [bid, ask] = [this.engine.levels(id, Side.Buy)[0], this.engine.levels(id, Side.Sell)[0]];
    if (bid !== undefined && ask !== undefined && bid.priceTicks >= ask.priceTicks)
      throw new Error(`the book of ${id} is crossed: ${bid.priceTicks} and ${ask.priceTicks}`);
  }

  /** All commands, where they are few. */
  #history(): string {
    if (this.commands > MAX_HISTORY) return '';
    return `\nall commands\n  ${this.#few.join('\n  ')}`;
  }
}

class Difference extends Error {
  constructor(what: string, engine: unknown, reference: unknown) {
    const [a, b] = [engine, reference].map((value) =>
      Array.isArray(value) ? value.map(show).join('\n  ') : show(value),
    );
    super(`${what} differ\nengine\n  ${a}\nreference\n  ${b}`);
  }
}

function same(what: string, engine: number, reference: number): void {
  if (engine !== reference) throw new Difference(what, engine, reference);
}

const NUMBERS = [
  'kind',
  'side',
  'code',
  'flags',
  'shard',
  'sequence',
  'index',
  'instrument',
  'account',
  'previousSequence',
  'previousIndex',
  'time',
  'order',
  'clientId',
  'price',
  'size',
  'remaining',
  'cumulative',
  'trade',
  'counterOrder',
] as const satisfies readonly (keyof SeenEvent)[];

export function isSame(a: readonly SeenEvent[], b: readonly SeenEvent[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    for (const key of NUMBERS) if (x[key] !== y[key]) return false;
    if (x.terms !== y.terms && !isDeepStrictEqual(x.terms, y.terms)) return false;
    if (x.listed !== y.listed && !isDeepStrictEqual(x.listed, y.listed)) return false;
  }
  return true;
}

export function isSameLevels(a: readonly Level[], b: readonly Level[]): boolean {
  return (
    a.length === b.length &&
    a.every((level, i) => {
      const other = b[i]!;
      return (
        level.priceTicks === other.priceTicks &&
        level.sizeLots === other.sizeLots &&
        level.orders === other.orders
      );
    })
  );
}

export function show(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each));
}
