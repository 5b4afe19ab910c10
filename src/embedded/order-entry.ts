import { CommandFlag, CommandKind, OrderType, Side, TimeInForce } from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import { EVENT_ORDER } from '../wire/event-record.js';
import {
  ORDER_ACCOUNT,
  ORDER_CLIENT_ID,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TARGET,
  ORDER_TERMS,
  orderHead,
  orderTerms,
} from '../wire/order-record.js';
import { readWhole, writeWhole } from '../wire/words.js';
import type { BookReader } from './book-reader.js';
import { EventCursor } from './event-cursor.js';
import type { RecordWriter } from './record-writer.js';
import type { Sequencer } from './sequencer.js';

const MAX_U32 = 0xffff_ffff;
const MAX_CLIENT_ID = 2 ** 52 - 1;
const NEW_BUY = orderHead(CommandKind.New, 1, Side.Buy);
const NEW_SELL = orderHead(CommandKind.New, 1, Side.Sell);
const CANCEL = orderHead(CommandKind.Cancel, 1, 0);
const AMEND = orderHead(CommandKind.Amend, 1, 0);
const BY_CLIENT_ID = orderTerms(0, 0, CommandFlag.TargetByClientId);

/**
 * The fast entrance to one instrument: numbers in, numbers out, and no object made by a call. The orders are in the same
 * book as those of the plain-object interface, and the two may be mixed; where listeners are subscribed, the events are
 * made into objects for them all the same.
 *
 * Each method applies one command and returns 0, or the `RejectCode` for which the market refused it; `orderId` and
 * `events` tell the rest. Sides and times in force are those of `Side` and `TimeInForce`.
 *
 * Every method throws RangeError where an argument is not a whole number in its range: accounts 1 to 2^32 - 1, prices, sizes
 * and order ids 0 to 2^53 - 1, client ids 0 to 2^52 - 1. Client ids are given for new orders only; 0 lets the engine
 * make one, and a number has to be new for its account.
 */
export class OrderEntry {
  readonly instrument: Instrument;
  /** Id of the order that the last command was about, 0 where it was rejected before one was known. */
  orderId = 0;
  /** The events of the last command. Rewound by each method here. */
  readonly events: EventCursor;
  readonly #sequencer: Sequencer;
  readonly #writer: RecordWriter;
  readonly #reader: BookReader;
  readonly #record: Int32Array;
  readonly #deliver: () => void;
  #isIdMade = false;

  /** Got from `MatchingEngine.entry` or `OrderBook.entry`; `deliver` hands the events on to listeners. */
  constructor(
    instrument: Instrument,
    sequencer: Sequencer,
    writer: RecordWriter,
    reader: BookReader,
    deliver: () => void,
  ) {
    this.instrument = instrument;
    this.#sequencer = sequencer;
    this.#writer = writer;
    this.#reader = reader;
    this.#record = writer.words;
    this.#deliver = deliver;
    this.events = new EventCursor(sequencer.engine.events);
  }

  /** The best bid and ask in ticks and what they show in lots; 0 where there is none. */
  get bestBidTicks(): number {
    return this.#reader.bestTicks(this.instrument.id, Side.Buy);
  }

  get bestAskTicks(): number {
    return this.#reader.bestTicks(this.instrument.id, Side.Sell);
  }

  get bestBidLots(): number {
    return this.#reader.bestLots(this.instrument.id, Side.Buy);
  }

  get bestAskLots(): number {
    return this.#reader.bestLots(this.instrument.id, Side.Sell);
  }

  /** A limit order: good till cancel where no time in force is given; any but good till date. */
  limit(
    account: number,
    clientOrderId: number,
    side: number,
    priceTicks: number,
    sizeLots: number,
    timeInForce: number = TimeInForce.GoodTillCancel,
  ): number {
    return this.#order(OrderType.Limit, account, clientOrderId, side, priceTicks, sizeLots, timeInForce);
  }

  /** A market order, up to a protection price in ticks; 0 for none. Immediate or cancel, or fill or kill. */
  market(
    account: number,
    clientOrderId: number,
    side: number,
    sizeLots: number,
    protectionTicks = 0,
    timeInForce: number = TimeInForce.ImmediateOrCancel,
  ): number {
    return this.#order(
      OrderType.Market,
      account,
      clientOrderId,
      side,
      protectionTicks,
      sizeLots,
      timeInForce,
    );
  }

  /** Cancels an order by its order id. */
  cancel(account: number, orderId: number): number {
    this.#begin(CANCEL, 0, account, 0, orderId);
    return this.#send();
  }

  /** Cancels an order by the number that its account gave it. */
  cancelByClientId(account: number, clientOrderId: number): number {
    this.#begin(CANCEL, BY_CLIENT_ID, account, 0, clientOrderId);
    return this.#send();
  }

  /** Gives an order a new price, a new total size (what has traded included), or both; 0 leaves one as it is. */
  amend(account: number, orderId: number, priceTicks: number, sizeLots: number): number {
    const flags =
      (priceTicks === 0 ? 0 : CommandFlag.AmendPrice) | (sizeLots === 0 ? 0 : CommandFlag.AmendSize);
    this.#begin(AMEND, orderTerms(0, 0, flags), account, 0, orderId);
    this.#amounts(priceTicks, sizeLots);
    return this.#send();
  }

  #order(
    type: number,
    account: number,
    clientOrderId: number,
    side: number,
    priceTicks: number,
    sizeLots: number,
    timeInForce: number,
  ): number {
    if (side !== Side.Buy && side !== Side.Sell)
      throw new RangeError(`side ${side} is not 1 (buy) or 2 (sell)`);
    // A date has no place in a record of one line.
    if (!isWhole(timeInForce, TimeInForce.AtClose) || timeInForce === TimeInForce.GoodTillDate)
      throw new RangeError(`time in force ${timeInForce} is not one that the fast entrance has`);
    const head = side === Side.Buy ? NEW_BUY : NEW_SELL;
    this.#begin(head, orderTerms(type, timeInForce, 0), account, clientOrderId, 0);
    this.#amounts(priceTicks, sizeLots);
    return this.#send();
  }

  /** Writes line 1 but for price and size. */
  #begin(head: number, terms: number, account: number, clientId: number, target: number): void {
    if (!isWhole(account, MAX_U32) || account === 0)
      throw new RangeError(`account ${account} is not a whole number from 1 to 2^32 - 1`);
    if (!isWhole(clientId, MAX_CLIENT_ID))
      throw new RangeError(`client id ${clientId} is not a whole number from 0 to 2^52 - 1`);
    if (!isWhole(target, Number.MAX_SAFE_INTEGER))
      throw new RangeError(`order ${target} is not a whole number under 2^53`);
    const record = this.#record;
    record[0] = head;
    record[ORDER_TERMS] = terms;
    record[ORDER_INSTRUMENT] = this.instrument.id;
    record[ORDER_ACCOUNT] = account;
    if (clientId === 0) this.#writer.writeMadeClientId();
    else writeWhole(record, ORDER_CLIENT_ID, clientId);
    writeWhole(record, ORDER_TARGET, target);
    for (let word = ORDER_PRICE; word < 16; word++) record[word] = 0;
    this.#isIdMade = clientId === 0;
  }

  #amounts(priceTicks: number, sizeLots: number): void {
    if (!isWhole(priceTicks, Number.MAX_SAFE_INTEGER))
      throw new RangeError(`price ${priceTicks} is not a whole number of ticks under 2^53`);
    if (!isWhole(sizeLots, Number.MAX_SAFE_INTEGER))
      throw new RangeError(`size ${sizeLots} is not a whole number of lots under 2^53`);
    writeWhole(this.#record, ORDER_PRICE, priceTicks);
    writeWhole(this.#record, ORDER_SIZE, sizeLots);
  }

  #send(): number {
    if (this.#isIdMade) this.#writer.clientIdsMade++;
    this.events.rewind();
    const sequencer = this.#sequencer;
    const code = sequencer.send();
    // Before a listener may send commands of its own.
    this.orderId = readWhole(sequencer.engine.events.words, sequencer.answerAt + EVENT_ORDER);
    this.#deliver();
    return code;
  }
}

function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}
