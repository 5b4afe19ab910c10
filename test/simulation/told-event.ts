import { EventFlag, EventKind } from '../../src/model/event.js';
import { shardOfPlace } from '../../src/model/identity.js';
import * as layout from '../../src/wire/event-record.js';
import { readText } from '../../src/wire/text.js';
import { readWhole } from '../../src/wire/words.js';
import type { Level } from '../book/venue.js';

/** What a shard may add or take away without its being another event: the flags of a retry, and the sentence. */
const BESIDE = (EventFlag.Repeated | EventFlag.Sentence) << 16;
const BESIDE_ANSWER = BESIDE | (EventFlag.LastOfCommand << 16);

/** An event as a client got it. */
export interface ToldEvent {
  readonly shard: number;
  readonly place: number;
  readonly index: number;
  readonly kind: number;
  readonly code: number;
  readonly flags: number;
  readonly account: number;
  readonly clientId: number | string;
  readonly previousPlace: number;
  readonly previousIndex: number;
  /** All of it that is the same for everybody. */
  readonly content: string;
  /** What is left of that in an answer that is given again. */
  readonly answer: string;
  /** The record itself, without its sentence. */
  readonly words: Int32Array;
  /** Of a book: its levels. */
  readonly book?: ToldBook;
}

export interface ToldBook {
  readonly instrument: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** The events of one message. */
export function readTold(words: Int32Array): ToldEvent[] {
  const events: ToldEvent[] = [];
  for (let at = 0; at < words.length; at += layout.eventCells(words[at]!) * layout.CELL_WORDS)
    events.push(toldEvent(words, at));
  return events;
}

export function toldEvent(words: Int32Array, at: number): ToldEvent {
  const head = words[at]!;
  const code = words[at + layout.EVENT_CODE]!;
  const flags = layout.eventFlags(code);
  const isText = (flags & EventFlag.TextClientId) !== 0;
  const base = layout.eventBaseCells(head, code);
  const cells = base + (isText ? layout.EVENT_TEXT_CELLS : 0);
  const own = words.slice(at, at + cells * layout.CELL_WORDS);
  own[0] = layout.eventHead(layout.eventKind(head), cells, layout.eventSide(head));
  own[layout.EVENT_CODE] = code & ~BESIDE;
  const content = textOf(own);
  const answer = own.slice();
  answer[layout.EVENT_CODE] = code & ~BESIDE_ANSWER;
  // A repeated answer stands outside the chain, and names the session that asked.
  answer.fill(0, layout.EVENT_PREVIOUS_INDEX, layout.EVENT_PREVIOUS_PLACE + 2);
  const place = readWhole(words, at + layout.EVENT_PLACE);
  const text = base * layout.CELL_WORDS;
  return {
    shard: shardOfPlace(place),
    place,
    index: words[at + layout.EVENT_INDEX]!,
    kind: layout.eventKind(head),
    code: layout.eventCodeOf(code),
    flags,
    account: words[at + layout.EVENT_ACCOUNT]! >>> 0,
    clientId: isText
      ? readText(own, (text + 1) * 4, own[text]!)
      : readWhole(words, at + layout.EVENT_CLIENT_ID),
    previousPlace: readWhole(words, at + layout.EVENT_PREVIOUS_PLACE),
    previousIndex: words[at + layout.EVENT_PREVIOUS_INDEX]!,
    content,
    answer: textOf(answer),
    words: own,
    ...(layout.eventKind(head) === EventKind.Book && { book: bookOf(words, at) }),
  };
}

function bookOf(words: Int32Array, at: number): ToldBook {
  const bids = readWhole(words, at + layout.BOOK_BIDS);
  const asks = readWhole(words, at + layout.BOOK_ASKS);
  const first = at + layout.EVENT_CELLS * layout.CELL_WORDS;
  const levels = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => {
      const level = first + (from + i) * layout.CELL_WORDS;
      return {
        priceTicks: readWhole(words, level),
        sizeLots: readWhole(words, level + 2),
        orders: words[level + 4]!,
      };
    });
  return {
    instrument: words[at + layout.EVENT_INSTRUMENT]!,
    bids: levels(0, bids),
    asks: levels(bids, asks),
  };
}

export function isRepeated({ flags }: ToldEvent): boolean {
  return (flags & EventFlag.Repeated) !== 0;
}

export function isRefused({ flags }: ToldEvent): boolean {
  return (flags & EventFlag.Refused) !== 0;
}

export function isAnswer({ flags }: ToldEvent): boolean {
  return (flags & EventFlag.Answer) !== 0;
}

/** True where the event has its place in the chain of its account. */
export function isInChain(event: ToldEvent): boolean {
  return event.account !== 0 && event.kind !== EventKind.Book && !isRepeated(event) && !isRefused(event);
}

function textOf(words: Int32Array): string {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('latin1');
}
