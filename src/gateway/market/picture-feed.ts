import { MarketFeed } from './feed.js';

export type FeedParts = ConstructorParameters<typeof MarketFeed>;

/** A feed of what a book looks like: of all that has come between two tellings, only how it is now is told. */
export abstract class PictureFeed extends MarketFeed {
  /** What was told last, as an event that stands by itself. */
  protected told: Int32Array;
  #next: Int32Array;
  #version = 0;

  /** @param words that an event may have */
  constructor(words: number, ...parts: FeedParts) {
    super(...parts);
    this.told = new Int32Array(words);
    this.#next = new Int32Array(words);
  }

  /** Writes a picture as an event that stands by itself. */
  protected abstract write(event: Int32Array, picture: Int32Array): void;

  /** What is to be told of `next` to who was told `told`, with `number` counted on; undefined where nothing is. */
  protected abstract changes(told: Int32Array, next: Int32Array): Int32Array | undefined;

  protected abstract override whole(): Int32Array;

  protected news(): Int32Array | undefined {
    const seen = this.source.look();
    if (seen === undefined || seen.version === this.#version) return undefined;
    this.#version = seen.version;
    const { told } = this;
    const next = this.#next;
    this.write(next, seen.picture);
    // Also where nothing has changed: who comes next is told the position that it is true as of.
    this.told = next;
    this.#next = told;
    return this.changes(told, next);
  }

  protected first(): Int32Array | undefined {
    return this.number === 0 ? this.news() : this.whole();
  }
}
