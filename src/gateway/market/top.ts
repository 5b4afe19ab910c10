import { EventKind } from '../../model/event.js';
import {
  BOOK_ASKS,
  BOOK_BIDS,
  BOOK_LAST_PRICE,
  BOOK_STATE,
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_CODE,
  EVENT_PLACE,
  EVENT_TIME,
  eventCode,
} from '../../wire/event-record.js';
import {
  beginMarketEvent,
  LEVEL_PRICE,
  LEVEL_SIZE,
  MARKET_NUMBER,
  MarketFlag,
  TOP_ASK,
  TOP_ASK_SIZE,
  TOP_BID,
  TOP_BID_SIZE,
  TOP_LAST_PRICE,
  TOP_STATE,
} from '../../wire/market-record.js';
import { writeWhole } from '../../wire/words.js';
import { type FeedParts, PictureFeed } from './picture-feed.js';

const EVENT_WORDS = EVENT_CELLS * CELL_WORDS;

/** The best prices of a book, its last price and its state: told where one of them has changed. */
export class TopFeed extends PictureFeed {
  constructor(...parts: FeedParts) {
    super(EVENT_WORDS, ...parts);
  }

  protected changes(told: Int32Array, next: Int32Array): Int32Array | undefined {
    if (this.number > 0 && isSame(told, next)) return undefined;
    const isFirst = this.number === 0;
    this.number++;
    writeWhole(next, MARKET_NUMBER, this.number);
    return isFirst ? this.whole() : next.slice();
  }

  protected whole(): Int32Array {
    const words = this.told.slice();
    words[EVENT_CODE] = eventCode(0, MarketFlag.Snapshot);
    return words;
  }

  protected write(event: Int32Array, picture: Int32Array): void {
    beginMarketEvent(event, EventKind.Top, this.topic, this.number);
    copyPair(picture, EVENT_PLACE, event, EVENT_PLACE);
    copyPair(picture, EVENT_TIME, event, EVENT_TIME);
    copyPair(picture, BOOK_LAST_PRICE, event, TOP_LAST_PRICE);
    event[TOP_STATE] = picture[BOOK_STATE]!;
    const bids = picture[BOOK_BIDS]!;
    const firstBid = EVENT_WORDS;
    if (bids > 0) {
      copyPair(picture, firstBid + LEVEL_PRICE, event, TOP_BID);
      copyPair(picture, firstBid + LEVEL_SIZE, event, TOP_BID_SIZE);
    }
    if (picture[BOOK_ASKS]! === 0) return;
    const firstAsk = firstBid + bids * CELL_WORDS;
    copyPair(picture, firstAsk + LEVEL_PRICE, event, TOP_ASK);
    copyPair(picture, firstAsk + LEVEL_SIZE, event, TOP_ASK_SIZE);
  }
}

function isSame(told: Int32Array, next: Int32Array): boolean {
  for (let word = TOP_LAST_PRICE; word < EVENT_WORDS; word++) if (told[word] !== next[word]) return false;
  return true;
}

function copyPair(from: Int32Array, at: number, to: Int32Array, word: number): void {
  to[word] = from[at]!;
  to[word + 1] = from[at + 1]!;
}
