import type { TailAnswer } from '../follower/follower.js';
import { OrderFold, type OrdersQuery, ordersPage, originOf, pageQuery } from '../store/order-fold.js';
import type { ReadAnswer, ReadQuestion } from '../store/read-question.js';
import type { StoreAnswer, StoreQuery } from '../store/store-query.js';
import { storedTrade } from '../store/stored-order.js';
import type { SupervisedFollower } from './supervised-follower.js';
import type { SupervisedStore } from './supervised-store.js';

/** A store that the memory does not reach back to mostly has what is missing a moment later. */
const TRIES = 20;
const TRY_AGAIN_MS = 50;

export interface StoreReadsParts {
  /** Undefined where there is none: gateways do not ask then. */
  readonly store: Pick<SupervisedStore, 'ask'> | undefined;
  /** By shard; none where they are off. */
  readonly followers: readonly Pick<SupervisedFollower, 'tail'>[];
  readonly shards: number;
  /** The sequence that the store has of a shard at least, as far as is known. */
  readonly stored: (shard: number) => number;
}

type OrderQuery = Extract<ReadQuestion['query'], { readonly of: 'order' }>;
type TradesQuery = Extract<ReadQuestion['query'], { readonly of: 'trades' }>;

/**
 * Answers what clients ask of orders and trades: rows of the store, and folded onto those of orders what the followers have
 * replayed since. So a client reads its own writes, however far the store is.
 */
export class StoreReads {
  readonly #parts: StoreReadsParts;

  constructor(parts: StoreReadsParts) {
    this.#parts = parts;
  }

  async answer({ query, until }: ReadQuestion): Promise<ReadAnswer> {
    if (query.of === 'trades') return await this.#trades(query);
    for (let tries = 1; ; tries++) {
      const answer = await (query.of === 'order' ? this.#order(query, until) : this.#orders(query, until));
      if (answer !== undefined) return answer;
      if (tries === TRIES) return behind;
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }

  /** Undefined where what the store has and what is in memory do not meet. */
  async #order({ of, orderId }: OrderQuery, until: readonly number[]): Promise<ReadAnswer | undefined> {
    const { shard, before } = originOf(orderId);
    const after = Math.max(before, this.#parts.stored(shard));
    const [cut, answer] = await Promise.all([
      this.#tail(shard, { orderId }, after, until),
      this.#askStore({ of, orderId }),
    ]);
    if (answer.fault !== undefined) return await this.#orderFromMemory(orderId, until, answer.fault);
    // Before its origin nothing has happened to it, so that nothing is missing there.
    const tail = cut.after <= before ? { ...cut, after: 0 } : cut;
    const position = positionOf(shard, answer, tail, until);
    if (position === undefined) return undefined;
    const fold = new OrderFold(answer.rows);
    fold.take(eventsFor(shard, answer, tail), answer.positions[shard] ?? 0);
    return { of, positions: { [shard]: position }, order: fold.order(orderId) };
  }

  /** Without the store: an order whose first event is in memory is there with all that has happened to it. */
  async #orderFromMemory(orderId: number, until: readonly number[], fault: string): Promise<ReadAnswer> {
    const { shard, before } = originOf(orderId);
    const tail = await this.#tail(shard, { orderId }, before, until);
    const fold = new OrderFold([]);
    fold.take(tail.words, 0);
    const order = fold.order(orderId);
    // Where the memory reaches back to before the order it is certain, too, that there is none.
    if (order === undefined && tail.after > before) return away(fault);
    return { of: 'order', positions: { [shard]: tail.upTo }, order };
  }

  async #orders(query: OrdersQuery, until: readonly number[]): Promise<ReadAnswer | undefined> {
    const { shards, stored } = this.#parts;
    const { account } = query;
    const tails = await Promise.all(
      Array.from({ length: shards }, (_, shard) => this.#tail(shard, { account }, stored(shard), until)),
    );
    // The store is asked last: it has at least what it was known to have when the tails were cut.
    const asked = pageQuery(query, tails);
    const answer = await this.#askStore(asked);
    if (answer.fault !== undefined) return away(answer.fault);
    const positions: Record<number, number> = {};
    for (const [shard, tail] of tails.entries()) {
      const position = positionOf(shard, answer, tail, until);
      if (position === undefined) return undefined;
      positions[shard] = position;
    }
    const usable = tails.map((tail, shard) => ({ ...tail, words: eventsFor(shard, answer, tail) }));
    return { of: 'orders', positions, ...ordersPage(asked, answer, usable) };
  }

  async #trades(query: TradesQuery): Promise<ReadAnswer> {
    const { fault, positions, rows } = await this.#askStore({ ...query, limit: query.limit + 1 });
    if (fault !== undefined) return away(fault);
    const trades = rows.slice(0, query.limit).map(storedTrade);
    return { of: 'trades', positions, trades, isMore: rows.length > query.limit };
  }

  #askStore(query: StoreQuery): Promise<StoreAnswer> {
    const { store } = this.#parts;
    return store?.ask(query) ?? Promise.resolve({ positions: {}, rows: [], fault: 'there is none' });
  }

  async #tail(
    shard: number,
    of: { readonly account: number } | { readonly orderId: number },
    after: number,
    until: readonly number[],
  ): Promise<TailAnswer> {
    const follower = this.#parts.followers[shard];
    return (await follower?.tail({ of, after, until: until[shard] ?? 0 })) ?? NO_TAIL;
  }
}

const NO_TAIL: TailAnswer = { words: new Int32Array(0), after: Number.POSITIVE_INFINITY, upTo: 0 };

const behind: ReadAnswer = {
  of: 'fault',
  reason: 'store-behind',
  sentence:
    'The store is behind, and what happened since then is not all in memory any more; ask again later.',
};

/** There is no answer, and why. */
export function away(fault: string): ReadAnswer {
  return {
    of: 'fault',
    reason: 'store-away',
    sentence: `The store cannot answer: ${fault.replace(/[.]$/, '')}.`,
  };
}

/** Whether a tail goes on where the store's rows end. */
function meets(tail: TailAnswer, stored: number): boolean {
  return tail.after <= stored && tail.upTo >= stored;
}

/** Up to where rows and events of a shard are complete together; undefined where that is before what is asked for. */
function positionOf(
  shard: number,
  answer: StoreAnswer,
  tail: TailAnswer,
  until: readonly number[],
): number | undefined {
  const stored = answer.positions[shard] ?? 0;
  const position = meets(tail, stored) ? tail.upTo : stored;
  return position >= (until[shard] ?? 0) ? position : undefined;
}

function eventsFor(shard: number, { positions }: StoreAnswer, tail: TailAnswer): Int32Array {
  return meets(tail, positions[shard] ?? 0) ? tail.words : NO_TAIL.words;
}
