import type { Ledger, Told } from './ledger.js';

/** A client that sends orders over HTTP, a few at a time. */
export class HttpTrader {
  readonly #account: number;
  readonly #symbols: readonly string[];
  readonly #random: () => number;
  readonly #ledger: Ledger;
  readonly #bodies = new Map<Told, string>();
  #nextId = 1;

  constructor(account: number, symbols: readonly string[], random: () => number, ledger: Ledger) {
    this.#account = account;
    this.#symbols = symbols;
    this.#random = random;
    this.#ledger = ledger;
  }

  /** Sends orders until it is over, or the exchange is. */
  async trade(url: string, isOver: () => boolean): Promise<void> {
    const one = async () => {
      while (!isOver()) {
        try {
          await this.#post(url, this.#next());
        } catch {
          // The exchange was killed: what became of the order is asked after the restart.
          return;
        }
      }
    };
    await Promise.all([one(), one(), one(), one()]);
  }

  /** Sends an order until it is answered. */
  async send(url: string, told: Told): Promise<void> {
    for (let left = 20; ; left--) {
      if (await this.#post(url, told)) return;
      if (left === 0) throw new Error('an order that was sent again over HTTP got no answer');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #next(): Told {
    const number = this.#nextId++;
    const clientId = number % 8 === 0 ? `http-${number}` : number;
    const told = this.#ledger.note({ account: this.#account, clientId, fields: {} });
    const below = (bound: number) => Math.floor(this.#random() * bound);
    this.#bodies.set(
      told,
      JSON.stringify({
        account: this.#account,
        clientOrderId: clientId,
        symbol: this.#symbols[below(this.#symbols.length)],
        side: below(2) === 0 ? 'buy' : 'sell',
        priceTicks: 1_000 + below(24),
        sizeLots: 1 + below(9),
      }),
    );
    return told;
  }

  /** False where the exchange could not take it now. */
  async #post(url: string, told: Told): Promise<boolean> {
    const response = await fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: this.#bodies.get(told)!,
    });
    const answer = (await response.json()) as {
      event: string;
      shard: number;
      sequence: number;
      index: number;
      code?: number;
      orderId?: number | null;
      refused?: boolean;
    };
    if (response.status >= 503 || answer.refused) return false;
    this.#ledger.takeHttp(told, {
      place: answer.shard * 2 ** 48 + answer.sequence,
      index: answer.index,
      kind: answer.event,
      code: answer.code ?? 0,
      orderId: answer.orderId ?? 0,
    });
    return true;
  }
}
