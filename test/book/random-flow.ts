import { SeededRandomness } from '../../src/clock/randomness.js';
import { Side } from '../../src/model/command.js';
import type { ClientCommand, ClientId, Target } from './commands.js';

export interface FlowOptions {
  readonly instruments: number;
  readonly accounts: number;
  /** Prices are from 1 to this many ticks over the base. */
  readonly prices: number;
  readonly basePrice: number;
}

const DEFAULTS: FlowOptions = { instruments: 2, accounts: 3, prices: 8, basePrice: 100 };

/**
 * Random commands of sound shape, in which all that can go wrong goes wrong often: unknown targets, other people's
 * orders, prices and sizes out of bounds, retries with the same and with other content, late ones. Order ids are those
 * of shard 0. Bounds of the instruments are taken to be from `basePrice` up and sizes from 1 to 20.
 */
export class RandomFlow {
  readonly #randomness: SeededRandomness;
  readonly #options: FlowOptions;
  readonly #sent: ClientCommand[] = [];
  /** Sequences of New commands, and their client ids by account. */
  readonly #orders: number[] = [];
  readonly #ids: { account: number; clientId: ClientId }[] = [];
  #nextId = 1;

  constructor(seed: number, options: Partial<FlowOptions> = {}) {
    this.#randomness = new SeededRandomness(seed);
    this.#options = { ...DEFAULTS, ...options };
  }

  below(n: number): number {
    return this.#randomness.below(n);
  }

  /** The command for the next sequence, at the given time. */
  next(sequence: number, time: number): ClientCommand {
    const command = this.#sent.length > 0 && this.below(12) === 0 ? this.#retry() : this.#fresh(time);
    this.#sent.push(command);
    if (command.kind === 'new') {
      this.#orders.push(sequence);
      this.#ids.push({ account: command.account, clientId: command.clientId });
    }
    return command;
  }

  #fresh(time: number): ClientCommand {
    const { accounts, instruments } = this.#options;
    const account = 1 + this.below(accounts);
    const clientId =
      this.below(4) === 0 ? `id-${'x'.repeat(this.below(30))}-${this.#nextId++ % 1000}` : this.#nextId++;
    const instrument = this.below(40) === 0 ? 99 : 1 + this.below(instruments);
    const sendTime = this.below(3) === 0 ? Math.max(1, time - this.below(30)) : 0;
    const ids = { account, clientId, instrument, session: this.below(5), ...(sendTime > 0 && { sendTime }) };
    const dice = this.below(20);
    if (dice < 12) {
      const side = this.below(2) === 0 ? Side.Buy : Side.Sell;
      const immediate = this.below(5) === 0;
      return { kind: 'new', ...ids, side, price: this.#price(), size: this.#size(), immediate };
    }
    const target = this.#target(account);
    const changing = { ...ids, instrument: this.below(3) === 0 ? instrument : 0, target };
    if (dice < 15) return { kind: 'cancel', ...changing };
    return {
      kind: 'amend',
      ...changing,
      ...(this.below(2) === 0 && { price: this.#price() }),
      ...(this.below(3) !== 0 && { size: this.below(25) }),
    };
  }

  /** A command sent before, mostly a recent one, as it was or with something else in it. */
  #retry(): ClientCommand {
    const back = 1 + this.below(Math.min(this.#sent.length, this.below(4) === 0 ? 100 : 12));
    const command = { ...this.#sent[this.#sent.length - back]!, session: this.below(9) };
    if (this.below(3) === 0) {
      if (command.kind === 'cancel') return { ...command, instrument: command.instrument + 1 };
      return { ...command, size: (command.size ?? 0) + 1 };
    }
    return command;
  }

  #target(account: number): Target {
    const back = 1 + this.below(30);
    if (this.below(2) === 0) return { orderId: this.#orders[this.#orders.length - back] ?? 1 };
    const own = this.#ids.slice(-60).filter((each) => each.account === account);
    return { clientId: own[this.below(Math.max(1, own.length))]?.clientId ?? 5 };
  }

  #price(): number {
    const { basePrice, prices } = this.#options;
    if (this.below(50) === 0) return basePrice - 1;
    return basePrice + this.below(prices);
  }

  #size(): number {
    const dice = this.below(40);
    return dice === 0 ? 0 : dice === 1 ? 21 : 1 + this.below(20);
  }
}
