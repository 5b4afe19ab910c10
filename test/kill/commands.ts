import { kind, type OrderFields, orderFlag, type QuoteFields } from '../support/binary-client.js';

/** A command as it was sent: the same again is a retry. */
export interface SentCommand {
  readonly account: number;
  readonly clientId: number | string;
  readonly fields: OrderFields;
}

export interface Market {
  /** Instrument numbers of each shard. */
  readonly shards: readonly (readonly number[])[];
  readonly random: () => number;
}

const BASE_PRICE = 1_000;
/** Orders that an account remembers to cancel or amend. */
const REMEMBERED_ORDERS = 64;

/** The commands of one account, each with a client id that is new for it. */
export class AccountCommands {
  readonly account: number;
  readonly #market: Market;
  readonly #orders: { readonly id: number; readonly instrument: number }[] = [];
  #nextId = 1;

  constructor(account: number, market: Market) {
    this.account = account;
    this.#market = market;
  }

  /** An order was accepted: later commands may name it, also when it is gone. */
  noteOrder(id: number, instrument: number): void {
    this.#orders.push({ id, instrument });
    if (this.#orders.length > REMEMBERED_ORDERS) this.#orders.shift();
  }

  next(): SentCommand {
    const fields = this.#fields();
    const number = this.#nextId++;
    // One in eight has a text; a mass quote has room for it as any other.
    const clientId = this.#below(8) === 0 ? `text-${number}` : number;
    const id = typeof clientId === 'string' ? { text: clientId, lines: withText(fields) } : { clientId };
    return { account: this.account, clientId, fields: { ...fields, account: this.account, ...id } };
  }

  #fields(): OrderFields {
    const choice = this.#below(100);
    const order = this.#orders[this.#below(Math.max(1, this.#orders.length))];
    if (choice < 60 || (order === undefined && choice < 92)) return this.#order();
    if (choice < 80) return { kind: kind.cancel, instrument: order!.instrument, target: order!.id };
    if (choice < 92)
      return {
        kind: kind.amend,
        instrument: order!.instrument,
        target: order!.id,
        flags: orderFlag.price | orderFlag.size,
        price: this.#price(),
        size: 1 + this.#below(12),
      };
    const instruments = this.#pick(this.#market.shards);
    if (choice < 94)
      return { kind: kind.cancelAll, instrument: this.#pick(instruments), side: this.#below(3) };
    return { kind: kind.massQuote, quotes: instruments.map((instrument) => this.#quote(instrument)) };
  }

  #order(): OrderFields {
    const plain = {
      instrument: this.#pick(this.#pick(this.#market.shards)),
      side: 1 + this.#below(2),
      price: this.#price(),
      size: 1 + this.#below(9),
    };
    const choice = this.#below(20);
    if (choice === 0) return { ...plain, flags: orderFlag.postOnly };
    if (choice === 1) return { ...plain, size: 10, display: 2 };
    return choice < 7 ? { ...plain, timeInForce: 2 } : plain;
  }

  #quote(instrument: number): QuoteFields {
    const bid = this.#price();
    return { instrument, bid, bidSize: 1 + this.#below(5), ask: bid + 1 + this.#below(8), askSize: 2 };
  }

  #price(): number {
    return BASE_PRICE + this.#below(24);
  }

  #below(bound: number): number {
    return Math.floor(this.#market.random() * bound);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)]!;
  }
}

/** Lines of a record whose client id is a text. */
function withText(fields: OrderFields): number {
  return fields.quotes === undefined ? 2 : 2 + fields.quotes.length;
}
