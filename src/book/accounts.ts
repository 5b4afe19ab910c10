import { NumberIndex } from './number-index.js';

/**
 * The accounts that the shard has seen, each with its last event, so that every event can name the one before it. The
 * four words of an account are words 6 to 9 of its next event.
 *
 * ```
 * word 0  account
 *      1  index of its last event
 *      2  place of its last event, low and high half (both 0: none yet)
 * ```
 */
const ACCOUNT_WORDS = 4;

const INITIAL_ACCOUNTS = 16;

/** Slot 0 is account 0, which nobody owns: its events stand outside every chain. */
export const NO_ACCOUNT = 0;

export class Accounts {
  /** Records of all accounts, by slot, as words and as pairs of words (see `EventWriter`). Replaced on growth. */
  words: Int32Array;
  pairs: Float64Array;
  readonly #index: NumberIndex;

  /** @param hashSalt of the table in which accounts are found */
  constructor(hashSalt = 0) {
    this.#index = new NumberIndex(hashSalt);
    const buffer = new ArrayBuffer(INITIAL_ACCOUNTS * ACCOUNT_WORDS * 4);
    this.words = new Int32Array(buffer);
    this.pairs = new Float64Array(buffer);
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
      const buffer = new ArrayBuffer(this.words.length * 4 * 2);
      const words = new Int32Array(buffer);
      words.set(this.words);
      this.words = words;
      this.pairs = new Float64Array(buffer);
    }
    this.words[slot * ACCOUNT_WORDS] = account;
    return slot;
  }
}
