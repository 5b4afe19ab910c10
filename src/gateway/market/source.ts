import { MarketBoardReader } from '../../follower/market-board.js';

/** How often a picture that is just being written is looked at again: it takes some ten microseconds. */
const LOOKS = 3;

/** Takes trades as they are fetched. */
export interface TradeTaker {
  /** The cell is used again. */
  take(number: number, cell: Int32Array): void;
  /** Some trades before the next one could not be had. */
  missed(): void;
}

/** One instrument as its follower tells of it, read once for all feeds of this gateway. */
export class MarketSource {
  readonly instrument: number;
  /** By which the main thread knows that it is watched. */
  readonly id: number;
  /** Subscriptions to it. */
  users = 0;
  readonly takers = new Set<TradeTaker>();
  #reader: MarketBoardReader | undefined;
  readonly #take = (number: number, cell: Int32Array) => {
    for (const taker of this.takers) taker.take(number, cell);
  };
  readonly #missed = () => {
    for (const taker of this.takers) taker.missed();
  };

  constructor(instrument: number, id: number) {
    this.instrument = instrument;
    this.id = id;
  }

  /** False until the follower has begun. */
  get isTold(): boolean {
    return this.#reader !== undefined;
  }

  begin(board: SharedArrayBuffer): void {
    this.#reader = new MarketBoardReader(board);
    this.look();
  }

  /**
   * The book event of the last command that changed something, with another `version` for another one; undefined where it
   * could not be had just now.
   */
  look(): { readonly picture: Int32Array; readonly version: number } | undefined {
    for (let i = 0; i < LOOKS; i++) if (this.#reader!.look()) return this.#reader;
    return undefined;
  }

  /** Hands the trades since the last call to all takers. */
  fetch(): void {
    this.#reader?.trades(this.#take, this.#missed);
  }
}
