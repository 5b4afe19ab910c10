import { NumberIndex } from './number-index.js';

/**
 * The accounts that the shard has seen, each with its last event, so that every event can name the one before it.
 *
 * ```
 * word 0  account
 *      1  index of its last event
 *      2  place of its last event, low and high half (both 0: none yet)
 * ```
 */
export const ACCOUNT_WORDS = 4;
export const ACCOUNT_NUMBER = 0;
export const ACCOUNT_LAST_INDEX = 1;
export const ACCOUNT_LAST_PLACE = 2;

/** Slot 0 is account 0, which nobody owns: its events stand outside every chain. */
export const NO_ACCOUNT = 0;

export class Accounts {
  /** Records of all accounts, by slot. Replaced when it grows. */
  words = new Int32Array(16 * ACCOUNT_WORDS);
  readonly #index = new NumberIndex();

  constructor() {
    this.#index.add(0);
  }

  /** The slot of an account, made where it is new. */
  slotOf(account: number): number {
    const slot = this.#index.find(account);
    return slot >= 0 ? slot : this.#add(account);
  }

  #add(account: number): number {
    const slot = this.#index.add(account);
    if ((slot + 1) * ACCOUNT_WORDS > this.words.length) {
      const words = new Int32Array(this.words.length * 2);
      words.set(this.words);
      this.words = words;
    }
    this.words[slot * ACCOUNT_WORDS + ACCOUNT_NUMBER] = account;
    return slot;
  }
}
