import { CELL_WORDS } from '../wire/event-record.js';
import { CLIENT_ID_TEXT_WORDS } from '../wire/order-record.js';
import { readText } from '../wire/text.js';
import { mix32 } from './hash.js';

/**
 * Client ids that are texts, beside the entries, so that ids that are numbers do not pay for them.
 *
 * ```
 * word  0  length in bytes (free: next free slot)
 *       1  36 bytes, zero padded
 *      10  account
 *      11  hash of account and text
 * ```
 */
const SLOT_WORDS = 12;
const TEXT_ACCOUNT = 10;
const TEXT_HASH = 11;
/** Words that an event has of a text: the length and the text. */
export const TEXT_WORDS = 1 + CLIENT_ID_TEXT_WORDS;

export class ClientTexts {
  #words = new Int32Array(16 * SLOT_WORDS);
  #free = -1;
  #used = 0;
  readonly #hashSalt: number;

  /** @param hashSalt of the table in which texts are found */
  constructor(hashSalt: number) {
    this.#hashSalt = hashSalt;
  }

  /** The hash of an account and the text whose words begin at `text`. */
  tagOf(words: Int32Array, text: number, account: number): number {
    let hash = mix32(account ^ this.#hashSalt);
    for (let i = 0; i < CLIENT_ID_TEXT_WORDS; i++) hash = mix32(hash ^ words[text + i]!);
    return hash;
  }

  /** Copies the text whose words begin at `text`, after the word that holds its length, and returns its slot. */
  add(words: Int32Array, text: number, account: number, hash = this.tagOf(words, text, account)): number {
    let slot = this.#free;
    if (slot >= 0) {
      this.#free = this.#words[slot * SLOT_WORDS]!;
    } else {
      slot = this.#used++;
      if ((slot + 1) * SLOT_WORDS > this.#words.length) this.#grow();
    }
    const at = slot * SLOT_WORDS;
    this.#words[at] = words[text - 1]! >>> 24;
    for (let i = 0; i < CLIENT_ID_TEXT_WORDS; i++) this.#words[at + 1 + i] = words[text + i]!;
    this.#words[at + TEXT_ACCOUNT] = account;
    this.#words[at + TEXT_HASH] = hash;
    return slot;
  }

  /** Copies the text in a slot to another one, and returns that. */
  duplicate(slot: number): number {
    const words = this.#words.slice(slot * SLOT_WORDS, (slot + 1) * SLOT_WORDS);
    // In a record the length stands in the last byte of the word before the text.
    words[0] = words[0]! << 24;
    return this.add(words, 1, words[TEXT_ACCOUNT]!, words[TEXT_HASH]!);
  }

  hashOf(slot: number): number {
    return this.#words[slot * SLOT_WORDS + TEXT_HASH]!;
  }

  accountOf(slot: number): number {
    return this.#words[slot * SLOT_WORDS + TEXT_ACCOUNT]!;
  }

  /** True where the slot holds the text whose words begin at `text`, of that account. */
  holds(slot: number, words: Int32Array, text: number, account: number): boolean {
    const at = slot * SLOT_WORDS;
    if (this.#words[at + TEXT_ACCOUNT] !== account) return false;
    // The padding is zero and no text has a zero byte, so equal words are equal texts.
    for (let i = 0; i < CLIENT_ID_TEXT_WORDS; i++)
      if (this.#words[at + 1 + i] !== words[text + i]) return false;
    return true;
  }

  /** Copies length and text to word `to`. */
  copy(slot: number, words: Int32Array, to: number): void {
    for (let i = 0; i < TEXT_WORDS; i++) words[to + i] = this.#words[slot * SLOT_WORDS + i]!;
  }

  /** Writes a text as it stands in an order record, with the word before it, which is at `to`. */
  writeRecord(slot: number, words: Int32Array, to: number): void {
    this.copy(slot, words, to);
    words[to]! <<= 24;
  }

  /** Writes the two cells of an event that a text takes, from word `to` on. */
  writeCells(slot: number, words: Int32Array, to: number): void {
    this.copy(slot, words, to);
    for (let i = TEXT_WORDS; i < 2 * CELL_WORDS; i++) words[to + i] = 0;
  }

  /** The text itself. */
  read(slot: number): string {
    return readText(this.#words, (slot * SLOT_WORDS + 1) * 4, this.#words[slot * SLOT_WORDS]!);
  }

  release(slot: number): void {
    this.#words[slot * SLOT_WORDS] = this.#free;
    this.#free = slot;
  }

  #grow(): void {
    const words = new Int32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
  }
}
