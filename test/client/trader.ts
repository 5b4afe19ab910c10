import { type LoggedEvent, OrderRejected, type TickloomClient } from '../../src/client/index.js';
import type { Randomness } from '../../src/clock/randomness.js';

const MOST_UNDER_WAY = 60;
const SYMBOLS = ['BTC-USD', 'ETH-USD', 'ACME'];

/** What a command came to: the event that answered it. */
type Outcome = { readonly event: string; readonly clientId?: unknown };

/** Sends all kinds of commands with one client, many at a time, and remembers what it was told. */
export class Trader {
  readonly client: TickloomClient;
  /** By client id. */
  readonly outcomes = new Map<string, Outcome>();
  readonly events: LoggedEvent[] = [];
  readonly faults: string[] = [];
  reconnects = 0;
  sent = 0;
  readonly #random: Randomness;
  readonly #live: number[] = [];
  #isStopped = false;

  constructor(client: TickloomClient, random: Randomness) {
    this.client = client;
    this.#random = random;
    client.on('event', (event) => {
      this.events.push(event);
      if (event.event === 'accepted') this.#live.push(event.orderId);
    });
    client.on('gap', ({ text }) => this.faults.push(text));
    client.on('connected', ({ isFirst }) => {
      if (!isFirst) this.reconnects++;
    });
    client.on('closed', ({ error }) => {
      // Whatever it sends from here on fails at once.
      this.#isStopped = true;
      if (error !== undefined) this.faults.push(error.message);
    });
  }

  /** Sends until it is stopped; done when all is answered. */
  async trade(): Promise<void> {
    const underWay = new Set<Promise<void>>();
    while (!this.#isStopped) {
      while (underWay.size < MOST_UNDER_WAY) {
        const command: Promise<void> = this.#send().finally(() => underWay.delete(command));
        underWay.add(command);
      }
      await Promise.race(underWay);
    }
    await Promise.all(underWay);
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #send(): Promise<void> {
    const id = `${this.client.accounts[0]}-${++this.sent}`;
    try {
      this.#settle(id, await this.#command(id));
    } catch (error) {
      if (error instanceof OrderRejected) this.#settle(id, error.event);
      else this.faults.push(`${id}: ${(error as Error).message}`);
    }
  }

  #settle(id: string, outcome: Outcome): void {
    if (this.outcomes.has(id)) this.faults.push(`${id} was answered twice`);
    if (outcome.clientId !== id) this.faults.push(`${id} was answered with ${JSON.stringify(outcome)}`);
    this.outcomes.set(id, outcome);
  }

  #command(id: string): Promise<Outcome> {
    const random = this.#random;
    const symbol = SYMBOLS[random.below(SYMBOLS.length)]!;
    const roll = random.below(100);
    const orderId = this.#live[this.#live.length - 1 - random.below(Math.min(this.#live.length, 200) || 1)];
    if (roll < 20 && orderId !== undefined) return this.client.cancel({ clientId: id, orderId });
    if (roll < 25 && orderId !== undefined)
      return this.client.amend({ clientId: id, orderId, sizeLots: 1 + random.below(20) });
    if (roll === 25)
      return this.client.cancelAll({ clientId: id, symbol }).then(({ answers }) => answers[0]!);
    return this.client.submit({
      clientOrderId: id,
      symbol,
      side: random.below(2) === 0 ? 'buy' : 'sell',
      priceTicks: 990 + random.below(20),
      sizeLots: 1 + random.below(20),
      timeInForce: random.below(4) === 0 ? 'IOC' : 'GTC',
    });
  }
}
