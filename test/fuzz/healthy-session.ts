import {
  BinaryClient,
  type Event,
  eventFlag,
  kind,
  type OrderFields,
  orderFlag,
  sell,
} from '../support/binary-client.js';

/** Accounts that no mutant is likely to name, and an instrument that no seed names. */
export const SELLER = 2_000_000_011;
export const BUYER = 2_000_000_012;
export const HEALTHY_INSTRUMENT = 1;
export const HEALTHY_TARGET = `/ws?account=${SELLER}&account=${BUYER}`;
const PRICE = 5_000_000;

/** What a healthy session found to be wrong. */
export class HealthFault extends Error {}

/**
 * A session that trades with itself while others misbehave: sells, buys, cancels, and checks that each command has exactly
 * one answer, that the chains of its accounts have no gap, and that they hold no order but its own.
 */
export class HealthySession {
  readonly #client: BinaryClient;
  readonly #answered = new Map<string, number>();
  readonly #orders = new Set<number>();
  readonly #last = new Map<number, { place: number; index: number }>();
  #clientId = 0;
  #isOver = false;
  commands = 0;
  fills = 0;

  private constructor(client: BinaryClient) {
    this.#client = client;
  }

  /** @param url of its WebSocket, with `HEALTHY_TARGET` */
  static async open(url: string): Promise<HealthySession> {
    return new HealthySession(await BinaryClient.open(url));
  }

  /** Trades until `stop`, then until its last answer is there. @throws HealthFault */
  async trade(): Promise<void> {
    while (!this.#isOver) {
      const maker = this.#order(SELLER, { side: sell });
      const taker = this.#order(BUYER, {});
      const rest = this.#order(SELLER, { side: sell, price: PRICE + 1000 });
      await this.#run(maker, taker, rest);
      const target = rest.clientId!;
      const cancel = {
        kind: kind.cancel,
        instrument: HEALTHY_INSTRUMENT,
        target,
        flags: orderFlag.byClientId,
      };
      await this.#run({ ...cancel, account: SELLER, clientId: ++this.#clientId });
      // Others must have their turn too: the question is whether all is well, not how fast.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  close(): void {
    this.#client.close();
  }

  #order(account: number, more: OrderFields): OrderFields {
    const clientId = ++this.#clientId;
    return { account, clientId, instrument: HEALTHY_INSTRUMENT, price: PRICE, size: 1, ...more };
  }

  /** Sends commands, and reads to the answer of a read of the book behind them. */
  async #run(...commands: readonly OrderFields[]): Promise<void> {
    const readId = ++this.#clientId;
    this.#client.send(...commands, {
      kind: kind.book,
      instrument: HEALTHY_INSTRUMENT,
      size: 1,
      clientId: readId,
    });
    for (;;) {
      const [event] = await this.#client.take(1);
      if (event!.kind === 'book') {
        if (event!.clientId !== readId) throw new HealthFault(`the read ${readId} got ${event!.clientId}`);
        break;
      }
      this.#check(event!);
    }
    this.commands += commands.length;
    for (const { account, clientId } of commands) {
      const answers = this.#answered.get(`${account} ${clientId}`) ?? 0;
      if (answers !== 1) throw new HealthFault(`command ${clientId} of ${account} has ${answers} answers`);
    }
    // Ids count up: what is answered again later would be found here as more than the last ones.
    for (const [id, answers] of this.#answered)
      if (answers > 1) throw new HealthFault(`command ${id} has ${answers} answers`);
    if (this.#answered.size > 1000) this.#answered.clear();
  }

  #check(event: Event): void {
    const { account, flags, place, index } = event;
    if (account !== SELLER && account !== BUYER)
      throw new HealthFault(`an event of account ${account}: ${JSON.stringify(event, showBig)}`);
    if (flags & (eventFlag.refused | eventFlag.repeated) || event.kind === 'rejected')
      throw new HealthFault(`refused: ${JSON.stringify(event, showBig)}`);
    const last = this.#last.get(account) ?? { place: 0, index: 0 };
    if (event.previousPlace !== last.place || event.previousIndex !== last.index)
      throw new HealthFault(
        `a gap in the events of ${account}: ${event.previousPlace}.${event.previousIndex} is named, ${last.place}.${last.index} was seen`,
      );
    this.#last.set(account, { place, index });
    if (flags & eventFlag.answer) {
      const id = `${account} ${event.clientId}`;
      if (Number(event.clientId) > this.#clientId) throw new HealthFault(`an answer to ${id}, never sent`);
      this.#answered.set(id, (this.#answered.get(id) ?? 0) + 1);
      if (event.kind === 'accepted') this.#orders.add(event.orderId);
    }
    if (!this.#orders.has(event.orderId))
      throw new HealthFault(`an order that is not its own: ${JSON.stringify(event, showBig)}`);
    if (event.kind === 'fill') this.fills++;
    if (flags & eventFlag.done) this.#orders.delete(event.orderId);
  }
}

function showBig(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
