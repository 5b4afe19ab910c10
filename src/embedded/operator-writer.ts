import { CommandFlag, CommandKind } from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import { writeListing } from '../wire/instrument-record.js';
import {
  LINE_WORDS,
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TARGET,
  orderHead,
} from '../wire/order-record.js';
import type { FindInstrument } from './command-writer.js';
import type { AccountChange, PriceChange, StateChange } from './commands.js';
import { checkFields, checkFlag, checkName, checkWhole } from './input-check.js';
import { instrumentStates } from './names.js';
import type { RecordWriter } from './record-writer.js';
import { ticks } from './spellings.js';

const stateFields: ReadonlySet<string> = new Set(['instrument', 'state', 'cancelOrders']);
const priceFields: ReadonlySet<string> = new Set([
  ...['instrument', 'referencePrice', 'referencePriceTicks', 'markPrice', 'markPriceTicks'],
]);
const accountFields: ReadonlySet<string> = new Set([
  ...['account', 'maxOrdersPerSecond', 'maxOpenOrders', 'selfTradeGroup', 'killSwitch'],
]);

/** Writes the commands of the operator, which is account 0: listings, states, prices, limits; and of time itself. */
export class OperatorWriter {
  readonly #record: RecordWriter;
  readonly #find: FindInstrument;

  constructor(record: RecordWriter, find: FindInstrument) {
    this.#record = record;
    this.#find = find;
  }

  listing(instrument: Instrument): void {
    writeListing(this.#record.words, 0, instrument);
  }

  /** Nothing but a stamp. It allocates nothing. */
  time(): void {
    const { words } = this.#record;
    words.fill(0, 0, LINE_WORDS);
    words[0] = orderHead(CommandKind.Time, 1, 0);
  }

  /** Writes a change of state. @throws TypeError, RangeError where it is none */
  state(change: StateChange): void {
    checkFields('a state change', change, stateFields);
    const state = checkName('state', change.state, instrumentStates);
    this.#begin(CommandKind.State, this.#find(change.instrument).id, state);
    if (checkFlag('cancelOrders', change.cancelOrders)) this.#record.flag(CommandFlag.CancelOrders);
    this.#record.end();
  }

  /** Writes a change of prices. @throws TypeError, RangeError where it is none */
  prices(change: PriceChange): void {
    checkFields('a price change', change, priceFields);
    const instrument = this.#find(change.instrument);
    const reference = ticks('referencePrice', change.referencePrice, change.referencePriceTicks, instrument);
    const mark = ticks('markPrice', change.markPrice, change.markPriceTicks, instrument);
    if (reference === undefined && mark === undefined)
      throw new TypeError('a price change: name referencePrice, markPrice or both');
    this.#begin(CommandKind.Prices, instrument.id);
    this.#set(CommandFlag.AmendPrice, ORDER_PRICE, reference);
    this.#set(CommandFlag.AmendSize, ORDER_SIZE, mark);
    this.#record.end();
  }

  /** Writes a change of an account. @throws TypeError, RangeError where it is none */
  account(change: AccountChange): void {
    checkFields('an account change', change, accountFields);
    const { maxOrdersPerSecond: rate, maxOpenOrders: open, selfTradeGroup: group, killSwitch } = change;
    if (rate === undefined && open === undefined && group === undefined && killSwitch === undefined)
      throw new TypeError('an account change: name at least one limit, the group or the kill switch');
    const account = checkWhole('account', change.account, 1, 0xffff_ffff);
    this.#begin(CommandKind.Account, 0, checkFlag('killSwitch', killSwitch) ? 1 : 0);
    this.#record.whole(ORDER_TARGET, account);
    this.#set(CommandFlag.SetOrderRate, ORDER_PRICE, rate && checkWhole('maxOrdersPerSecond', rate));
    this.#set(CommandFlag.SetOpenOrders, ORDER_SIZE, open && checkWhole('maxOpenOrders', open));
    if (group !== undefined) {
      this.#record.flag(CommandFlag.SetGroup);
      this.#record.words[ORDER_INSTRUMENT] = checkWhole('selfTradeGroup', group, 0, 0xffff_ffff);
    }
    if (killSwitch !== undefined) this.#record.flag(CommandFlag.SetKillSwitch);
    this.#record.end();
  }

  #begin(kind: CommandKind, instrument: number, type = 0): void {
    this.#record.begin({ kind, type, account: 0, instrument, clientId: undefined });
  }

  #set(flag: number, word: number, value: number | undefined): void {
    if (value === undefined) return;
    this.#record.flag(flag);
    this.#record.whole(word, value);
  }
}
