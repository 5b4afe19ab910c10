import { NumberIndex } from './number-index.js';

/**
 * The accounts that the shard has seen, each with its last event, so that every event can name the one before it. Words 0
 * to 3 of an account are words 6 to 9 of its next event.
 *
 * ```
 * word 0  account
 *      1  index of its last event
 *      2  place of its last event, low and high half (both 0: none yet)
 *      4  special: bits of what its orders must be checked for besides the rules of every order (0: nothing)
 *      5  room: orders that it may still open, its limit less its live orders; under 1 it takes no more
 * ```
 */
export const ACCOUNT_SHIFT = 3;
export const ACCOUNT_NUMBER = 0;
export const ACCOUNT_INDEX = 1;
export const ACCOUNT_PLACE = 2;
export const ACCOUNT_SPECIAL = 4;
export const ACCOUNT_ROOM = 5;

/** The limit of accounts that have none: more orders than can live, and its room fits a word. */
export const UNLIMITED = 2 ** 30;

const INITIAL_ACCOUNTS = 16;

const NEAR_ACCOUNTS = 1024;
export const NEAR_ACCOUNT_MASK = NEAR_ACCOUNTS - 1;

/** Slot 0 is account 0, which nobody owns: its events stand outside every chain. */
export const NO_ACCOUNT = 0;

export class Accounts {
  /** Records of all accounts, by slot, as words and as pairs of words (see `EventWriter`). Replaced on growth. */
  words = new Int32Array(INITIAL_ACCOUNTS << ACCOUNT_SHIFT);
  pairs = new Float64Array(this.words.buffer);
  /** Most live orders of an account that has no limit of its own; UNLIMITED: any number. */
  usualLimit = UNLIMITED;
  /** The slot seen last, by the low bits of the account: a guess that the account's own word confirms. */
  readonly near = new Int32Array(NEAR_ACCOUNTS);
  declare private readonly index: NumberIndex;

  /** @param hashSalt of the table in which accounts are found */
  constructor(hashSalt = 0) {
    this.index = new NumberIndex(hashSalt);
    this.index.add(0);
  }

  /** The slot of an account, made where it is new. */
  slotOf(account: number): number {
    const found = this.index.find(account);
    const slot = found >= 0 ? found : this.#add(account);
    this.near[account & NEAR_ACCOUNT_MASK] = slot;
    return slot;
  }

  /** Accounts seen, with account 0. */
  get count(): number {
    return this.index.count;
  }

  /** The account in a slot. */
  numberOf(slot: number): number {
    return this.words[(slot << ACCOUNT_SHIFT) + ACCOUNT_NUMBER]! >>> 0;
  }

  /** Says whether the orders of an account need more checks than those of others. */
  setSpecial(slot: number, isSpecial: boolean): void {
    this.words[(slot << ACCOUNT_SHIFT) + ACCOUNT_SPECIAL] = isSpecial ? 1 : 0;
  }

  /** Whether an account has as many live orders as it may. */
  isFull(slot: number): boolean {
    return this.words[(slot << ACCOUNT_SHIFT) + ACCOUNT_ROOM]! <= 0;
  }

  /** Orders that an account may still open; under 0 where its limit has become less than what it has. */
  room(slot: number): number {
    return this.words[(slot << ACCOUNT_SHIFT) + ACCOUNT_ROOM]!;
  }

  /** Makes room for so many more orders, or for fewer where it is negative: an order has ended or begun, or the limit is another. */
  addRoom(slot: number, orders: number): void {
    this.words[(slot << ACCOUNT_SHIFT) + ACCOUNT_ROOM]! += orders;
  }

  #add(account: number): number {
    const slot = this.index.add(account);
    const at = slot << ACCOUNT_SHIFT;
    if (at === this.words.length) {
      const words = new Int32Array(this.words.length * 2);
      words.set(this.words);
      this.words = words;
      this.pairs = new Float64Array(words.buffer);
    }
    this.words[at + ACCOUNT_NUMBER] = account;
    this.words[at + ACCOUNT_ROOM] = this.usualLimit;
    return slot;
  }
}
