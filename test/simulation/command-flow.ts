import { placeOf } from '../../src/model/identity.js';
import type { Instrument } from '../../src/model/instrument.js';
import { LINE_WORDS, orderLines } from '../../src/wire/order-record.js';
import {
  type ClientCommand,
  type ClientId,
  type Command,
  type OperatorCommand,
  record,
  type Target,
} from '../book/commands.js';
import type { SeenEvent } from '../book/events.js';
import { FEATURES } from '../book/features.js';
import { RandomFlow } from '../book/random-flow.js';
import type { Chance } from './faults.js';

export type Sendable = ClientCommand | OperatorCommand;

export interface Draft {
  readonly command: Sendable;
  /** Its record, as it is sent. */
  readonly words: Int32Array;
  /** How many shards answer it. */
  readonly answers: number;
}

/**
 * Random commands about the instruments of one shard. Inside, instruments count from 1 and orders have the ids of shard
 * 0; outside they are the exchange's.
 */
export class CommandFlow {
  readonly #flow: RandomFlow;
  readonly #shard: number;
  readonly #shards: number;
  /** Numbers that the exchange has given the instruments, in the order of the flow's. */
  #instruments: readonly number[] = [];
  readonly #seen = new Set<string>();

  constructor(chance: Chance, shard: number, shards: number, accounts: number, instruments: number) {
    const features = new Set(FEATURES.filter((feature) => feature !== 'time' && chance.below(3) > 0));
    this.#flow = new RandomFlow(
      chance,
      { features, accounts, instruments, liveOrders: chance.between(10, 60), prices: 12 },
      0,
    );
    this.#shard = shard;
    this.#shards = shards;
  }

  /** What the configuration says, without numbers. */
  configuration(): Omit<Instrument, 'id'>[] {
    return this.#flow.instruments.map(({ id, ...rest }) => ({
      ...rest,
      symbol: this.#symbol(id),
    }));
  }

  /** Learns the numbers of the instruments. */
  listed(instruments: readonly Instrument[]): void {
    this.#instruments = this.#flow.instruments.map(
      ({ id }) => instruments.find(({ symbol }) => symbol === this.#symbol(id))?.id ?? 0,
    );
  }

  /**
   * A new command of an account that `mayAct`, sent at `nowNs`, which it says where `isTimed`; undefined where chance has
   * given another one.
   */
  next(nowNs: number, isTimed: boolean, mayAct: (account: number) => boolean): Draft | undefined {
    this.#flow.time = nowNs;
    const command = this.#flow.next();
    if (command.kind === 'list' || command.kind === 'settings' || command.kind === 'time') return undefined;
    if (!mayAct(accountOf(command))) return undefined;
    const sent = { ...this.#outward(command), ...(isTimed && { sendTime: nowNs }) };
    const key = `${accountOf(sent)} ${sent.clientId}`;
    // The flow's own retries are left out: clients make theirs.
    if (this.#seen.has(key)) return undefined;
    this.#seen.add(key);
    const words = record(sent);
    const goesToAll = sent.kind === 'account' || (sent.kind === 'cancelAll' && sent.instrument === 0);
    return {
      command: sent,
      words: words.slice(0, orderLines(words[0]!) * LINE_WORDS),
      answers: goesToAll ? this.#shards : 1,
    };
  }

  /** Takes in an event of the shard. */
  observe(event: SeenEvent): void {
    const instrument = this.#instruments.indexOf(event.instrument) + 1;
    this.#flow.observe([{ ...event, instrument }]);
  }

  #symbol(id: number): string {
    return `S${this.#shard}-${id}`;
  }

  #outward(command: Exclude<Command, { kind: 'list' } | { kind: 'settings' } | { kind: 'time' }>): Sendable {
    const { session: _, ...rest } = command;
    const clientId = this.#clientId(command.clientId);
    switch (rest.kind) {
      case 'massQuote':
        return {
          ...rest,
          clientId,
          quotes: rest.quotes.map((quote) => ({ ...quote, instrument: this.#instrument(quote.instrument) })),
        };
      case 'new':
        return {
          ...rest,
          clientId,
          instrument: this.#instrument(rest.instrument),
          ...(rest.linkedTo !== undefined && { linkedTo: this.#target(rest.linkedTo) }),
        };
      case 'cancel':
      case 'amend':
        return {
          ...rest,
          clientId,
          instrument: this.#instrumentOf(rest),
          target: this.#target(rest.target),
        };
      case 'cancelAll': {
        // Only a gateway gives a reason.
        const { reason: _reason, ...asked } = rest;
        return { ...asked, clientId, instrument: this.#instrument(rest.instrument) };
      }
      case 'account':
        return { ...rest, clientId };
      default:
        return { ...rest, clientId, instrument: this.#instrument(rest.instrument) };
    }
  }

  /** A target by client id is looked for where the instrument is. */
  #instrumentOf({ instrument, target }: { instrument: number; target: Target }): number {
    if (instrument === 0 && 'clientId' in target) return this.#instruments[0]!;
    return this.#instrument(instrument);
  }

  /** New for the account in all shards. */
  #clientId(clientId: ClientId): ClientId {
    return typeof clientId === 'string'
      ? `${clientId}-${this.#shard}`
      : clientId * this.#shards + this.#shard;
  }

  /** Targets come from events, which have the client ids of outside. */
  #target(target: Target): Target {
    return 'orderId' in target ? { orderId: placeOf(this.#shard, target.orderId) } : target;
  }

  #instrument(id: number): number {
    return id === 0 ? 0 : (this.#instruments[id - 1] ?? 999);
  }
}

export function accountOf(command: Sendable): number {
  return 'account' in command ? command.account : 0;
}
