import type { Randomness } from '../../src/clock/randomness.js';
import {
  BinaryClient,
  buy,
  type Event,
  eventFlag,
  ioc,
  kind,
  type OrderFields,
  orderFlag,
  sell,
} from '../support/binary-client.js';

/** A command that was sent, and the first answer that came. */
export interface Sent {
  readonly order: OrderFields;
  answer: Event | undefined;
}

const MOST_UNDER_WAY = 200;
const OUTSIDE_THE_LOG = eventFlag.repeated | eventFlag.refused;
const SEQUENCES = 2 ** 48;

/** What an answer says, whenever it is said. The gateway adds the sentence of a reject. */
export function contentOf(answer: Event): unknown {
  const { flags, previousIndex: _, previousPlace: __, sentence: ___, ...content } = answer;
  return { ...content, flags: flags & ~(eventFlag.repeated | eventFlag.last | eventFlag.sentence) };
}

/**
 * One account's trader: sends all kinds of commands, remembers what it was told, reconnects where it stopped, and complains
 * where an event is missing, comes twice, or is told otherwise than before.
 */
export class ResumingClient {
  readonly account: number;
  readonly sent = new Map<number | string, Sent>();
  /** Differences, a line each. */
  readonly faults: string[] = [];
  /** All events of the log that it was told, in order, by shard. */
  readonly events: Event[][];
  readonly #random: Randomness;
  readonly #shards: number;
  #client: BinaryClient | undefined;
  #lastId = 0;
  #underWay = 0;

  constructor(account: number, shards: number, random: Randomness) {
    this.account = account;
    this.#shards = shards;
    this.#random = random;
    this.events = Array.from({ length: shards }, () => []);
  }

  get answered(): number {
    let answered = 0;
    for (const { answer } of this.sent.values()) if (answer !== undefined) answered++;
    return answered;
  }

  /** Connects, and waits until it knows what it missed; then sends again what has no answer, and some of what has. */
  async connect(ws: string): Promise<void> {
    const after = this.events.map((events, shard) => {
      const last = events.at(-1);
      return `&after=${shard}:${last === undefined ? 0 : last.place % SEQUENCES}.${last?.index ?? 0}`;
    });
    this.#client = await BinaryClient.open(`${ws}?account=${this.account}${after.join('')}`);
    this.#underWay = 0;
    for (let told = 0; told < this.#shards; ) {
      const [event] = await this.#client.take(1);
      if (event!.kind !== 'resumed') this.#take(event!);
      else if (event!.code === 0) told++;
      else {
        this.faults.push(`account ${this.account}: what it missed of a shard is not known any more`);
        told++;
      }
    }
    for (const { order, answer } of this.sent.values()) {
      if (answer !== undefined && this.#random.below(20) > 0) continue;
      this.#underWay++;
      this.#client.send(order);
      if (this.#underWay >= MOST_UNDER_WAY) await this.#settle();
    }
    await this.#settle();
  }

  /** Sends until the connection breaks. */
  async trade(): Promise<void> {
    const client = this.#client!;
    let isOver = false;
    void client.closed.then(() => {
      isOver = true;
    });
    while (!isOver) {
      while (this.#underWay < MOST_UNDER_WAY) {
        const order = this.#next();
        this.sent.set(order.text ?? Number(order.clientId), { order, answer: undefined });
        this.#underWay++;
        client.send(order);
      }
      try {
        const [event] = await client.take(1);
        this.#take(event!);
        for (const other of client.events.splice(0)) this.#take(other);
      } catch {
        break;
      }
    }
    for (const event of client.events.splice(0)) this.#take(event);
  }

  close(): void {
    this.#client?.close();
  }

  /** Takes events until all that was sent is answered. */
  async #settle(): Promise<void> {
    while (this.#underWay > 0) this.#take((await this.#client!.take(1))[0]!);
  }

  #take(event: Event): void {
    if (event.kind === 'book' || event.kind === 'resumed') return;
    if ((event.flags & OUTSIDE_THE_LOG) === 0) this.#chain(event);
    if ((event.flags & eventFlag.answer) === 0) return;
    const known = this.sent.get(event.clientId);
    if (known === undefined) {
      this.faults.push(`account ${this.account}: an answer to ${event.clientId}, which was never sent`);
      return;
    }
    if ((event.flags & eventFlag.refused) !== 0) {
      // It never reached the log: it is sent again after the next start.
      this.#underWay--;
      return;
    }
    const isFirst = known.answer === undefined;
    known.answer ??= event;
    // What was missed may hold an answer to a command that is then not sent again.
    if (this.#underWay > 0) this.#underWay--;
    if (isFirst) return;
    const before = JSON.stringify(contentOf(known.answer), bigText);
    const now = JSON.stringify(contentOf(event), bigText);
    if (before !== now)
      this.faults.push(`account ${this.account}: ${event.clientId} was answered ${before}, and later ${now}`);
  }

  /** Each event names the account's one before it. */
  #chain(event: Event): void {
    const shard = Math.floor(event.place / SEQUENCES);
    const last = this.events[shard]!.at(-1);
    if (event.previousPlace !== (last?.place ?? 0) || event.previousIndex !== (last?.index ?? 0))
      this.faults.push(
        `account ${this.account}: the event ${event.place}.${event.index} follows on ${event.previousPlace}.${event.previousIndex}, but the last one seen is ${last?.place ?? 0}.${last?.index ?? 0}`,
      );
    this.events[shard]!.push(event);
  }

  #next(): OrderFields {
    const random = this.#random;
    const clientId = ++this.#lastId;
    const common = { account: this.account, clientId, instrument: 1 + random.below(3) };
    const roll = random.below(100);
    const target = roll < 25 ? this.#someOrder() : undefined;
    if (target !== undefined && roll < 18)
      return { ...common, instrument: 0, kind: kind.cancel, target: target.orderId };
    if (target !== undefined)
      return {
        ...common,
        instrument: 0,
        kind: kind.amend,
        target: target.orderId,
        flags: orderFlag.size,
        size: 1 + random.below(20),
      };
    if (roll === 99) return { ...common, kind: kind.cancelAll };
    if (roll > 95) {
      const bid = 980 + random.below(15);
      const quote = {
        instrument: common.instrument,
        bid,
        bidSize: 3,
        ask: bid + 1 + random.below(20),
        askSize: 3,
      };
      return { account: this.account, clientId, kind: kind.massQuote, quotes: [quote] };
    }
    const order = {
      ...common,
      side: random.below(2) === 0 ? buy : sell,
      price: 985 + random.below(30),
      size: 1 + random.below(20),
      timeInForce: random.below(4) === 0 ? ioc : 1,
    };
    return roll > 90 ? { ...order, clientId: 0, text: `text-${clientId}` } : order;
  }

  /** One of the orders that were accepted lately; mostly it lives. */
  #someOrder(): Event | undefined {
    const shard = this.events[this.#random.below(this.#shards)]!;
    for (let i = 0; i < 20; i++) {
      const event = shard[shard.length - 1 - this.#random.below(Math.max(1, Math.min(shard.length, 400)))];
      if (event?.kind === 'accepted') return event;
    }
    return undefined;
  }
}

function bigText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
