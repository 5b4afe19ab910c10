import type { MatchingEvent, OrderEvent } from './events.js';
import type { ClientId } from './input-check.js';
import type { Batch } from './listeners.js';
import type { Trade } from './trade-tape.js';

/** What became of a command. */
export interface CommandResult {
  readonly status: 'accepted' | 'rejected';
  /** Why it was rejected: `RejectCode`, its name, and a sentence that says what to do; 0 and empty where it was not. */
  readonly code: number;
  readonly reason: string;
  readonly text: string;
  /** A command of this account with this client id came before: this is its answer again, and nothing happened. */
  readonly isRepeat: boolean;
  /** Number of the command, from 1. */
  readonly sequence: number;
  /** Client id of the command, the one that the engine made where none was given. */
  readonly clientId: ClientId;
  /** Every trade of the command, those of stops that it triggered included. */
  readonly trades: readonly Trade[];
  /** Every event of the command, whichever account it belongs to; what was due before it stands before its answer. */
  readonly events: readonly MatchingEvent[];
}

/** What became of a new order, an amend or a cancel, and how its order stands after it. */
export interface OrderResult extends CommandResult {
  /** 0 where the command was rejected before an order was known. */
  readonly orderId: number;
  /** What of the order has traded so far, and what of it is open, in lots. */
  readonly tradedLots: number;
  readonly remainingLots: number;
  /** The order rests or waits. */
  readonly isLive: boolean;
}

/** The ids of the orders of one quote; undefined for a side that has none. */
export interface QuoteIds {
  readonly bidOrderId: number | undefined;
  readonly askOrderId: number | undefined;
}

export interface QuoteResult extends CommandResult {
  /** In the order of the quotes; empty where the command was rejected. */
  readonly quotes: readonly QuoteIds[];
}

export interface CancelAllResult extends CommandResult {
  /** How many orders were cancelled. */
  readonly orders: number;
}

/** A result on its way: the caller may add what its command has besides. */
type Draft<Result> = { -readonly [Field in keyof Result]: Result[Field] };

/** The result of the command whose events these are. */
export function commandResult(batch: Batch): CommandResult {
  return resultOf(batch, answerOf(batch));
}

/** As `commandResult`, for a command about one order. */
export function orderResult(batch: Batch): OrderResult {
  const answer = answerOf(batch);
  const orderId = 'orderId' in answer ? answer.orderId : 0;
  let last: OrderEvent | undefined;
  if (answer.kind !== 'rejected')
    for (const event of batch.events)
      if ('isOrderDone' in event && event.orderId === orderId && event.index >= answer.index) last = event;
  const result = resultOf(batch, answer) as Draft<OrderResult>;
  result.orderId = orderId;
  result.tradedLots = last === undefined ? 0 : last.cumulativeLots;
  result.remainingLots = last === undefined ? 0 : last.remainingLots;
  result.isLive = last !== undefined && !last.isOrderDone;
  return result;
}

/** As `commandResult`, for a mass quote; `sides` says for each quote on which sides it has a size. */
export function quoteResult(
  batch: Batch,
  sides: readonly (readonly [bid: boolean, ask: boolean])[],
): QuoteResult {
  const result = commandResult(batch);
  // Each quote has two places after the command's own, whether it uses them or not.
  const idOf = (isThere: boolean, offset: number) => (isThere ? result.sequence + offset : undefined);
  const quotes = sides.map(([bid, ask], index) => ({
    bidOrderId: idOf(bid, 1 + 2 * index),
    askOrderId: idOf(ask, 2 + 2 * index),
  }));
  return { quotes: result.status === 'accepted' ? quotes : [], ...result };
}

/** As `commandResult`, for a cancel-all. */
export function cancelAllResult(batch: Batch): CancelAllResult {
  const answer = answerOf(batch);
  return { orders: answer.kind === 'allCancelled' ? answer.orders : 0, ...resultOf(batch, answer) };
}

function answerOf({ events }: Batch): MatchingEvent {
  return events.find((event) => event.isAnswer)!;
}

function resultOf({ events, trades }: Batch, answer: MatchingEvent): CommandResult {
  const isRejected = answer.kind === 'rejected';
  return {
    status: isRejected ? 'rejected' : 'accepted',
    code: isRejected ? answer.code : 0,
    reason: isRejected ? answer.reason : '',
    text: isRejected ? answer.text : '',
    isRepeat: answer.isRepeat,
    sequence: answer.sequence,
    clientId: 'clientId' in answer ? answer.clientId : 0,
    trades,
    events,
  };
}
