import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../src/model/command.js';
import {
  LINE_WORDS,
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TARGET,
  orderHead,
  orderTerms,
} from '../src/wire/order-record.js';
import { writeWhole } from '../src/wire/words.js';
import {
  OPERATION_BUY,
  OPERATION_ID,
  OPERATION_PRICE,
  OPERATION_SIDE,
  OPERATION_SIZE,
  OPERATION_WORDS,
  OperationType,
} from './flow-file.js';

/** The account that sends all of a flow. */
export const FLOW_ACCOUNT = 7;
export const FLOW_INSTRUMENT = 1;

/** Cancels have client ids of their own, in sequence from here: far above those of all orders. */
const FIRST_CANCEL_ID = 2 ** 40;

/** An order as it is written. */
export interface OrderTicket {
  readonly instrument: number;
  readonly account: number;
  readonly clientId: number;
  readonly side: Side;
  readonly timeInForce: TimeInForce;
  readonly priceTicks: number;
  readonly sizeLots: number;
}

/** Order records of one line each, back to back, as they stand in a journal frame. */
export class OrderRecords {
  readonly words: Int32Array;
  /** Records written. */
  count = 0;
  #nextCancelId: number;

  /** @param firstCancelId client id of the first cancel */
  constructor(capacity: number, firstCancelId = FIRST_CANCEL_ID) {
    this.words = new Int32Array(capacity * LINE_WORDS);
    this.#nextCancelId = firstCancelId;
  }

  /** Words written. */
  get length(): number {
    return this.count * LINE_WORDS;
  }

  /** Client id of the next cancel: where the records that follow these go on. */
  get nextCancelId(): number {
    return this.#nextCancelId;
  }

  addOrder(ticket: OrderTicket): void {
    const { words } = this;
    const at = this.#begin(ticket.instrument, ticket.account, ticket.clientId);
    words[at] = orderHead(CommandKind.New, 1, ticket.side);
    words[at + 1] = orderTerms(OrderType.Limit, ticket.timeInForce, 0);
    writeWhole(words, at + ORDER_PRICE, ticket.priceTicks);
    writeWhole(words, at + ORDER_SIZE, ticket.sizeLots);
  }

  /** Cancels the order that the account made under the client id. */
  addCancel(instrument: number, account: number, target: number): void {
    const { words } = this;
    const at = this.#begin(instrument, account, this.#nextCancelId++);
    words[at] = orderHead(CommandKind.Cancel, 1, 0);
    words[at + 1] = orderTerms(0, 0, CommandFlag.TargetByClientId);
    writeWhole(words, at + ORDER_TARGET, target);
  }

  #begin(instrument: number, account: number, clientId: number): number {
    const at = this.count++ * LINE_WORDS;
    const { words } = this;
    words[at + ORDER_INSTRUMENT] = instrument;
    words[at + ORDER_ACCOUNT] = account;
    writeWhole(words, at + ORDER_CLIENT_ID, clientId);
    return at;
  }
}

/** A flow as order records: the ids of the flow are client ids, and cancels name their order by them. */
export function encodeFlow(flow: Int32Array): OrderRecords {
  const records = new OrderRecords(flow.length / OPERATION_WORDS);
  for (let at = 0; at < flow.length; at += OPERATION_WORDS) {
    const type = flow[at]!;
    const id = flow[at + OPERATION_ID]!;
    if (type === OperationType.Cancel) {
      records.addCancel(FLOW_INSTRUMENT, FLOW_ACCOUNT, id);
      continue;
    }
    records.addOrder({
      instrument: FLOW_INSTRUMENT,
      account: FLOW_ACCOUNT,
      clientId: id,
      side: flow[at + OPERATION_SIDE] === OPERATION_BUY ? Side.Buy : Side.Sell,
      timeInForce:
        type === OperationType.ImmediateOrCancel ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel,
      priceTicks: flow[at + OPERATION_PRICE]!,
      sizeLots: flow[at + OPERATION_SIZE]!,
    });
  }
  return records;
}
