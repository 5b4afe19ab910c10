import { MARKET_BACKLOG_BYTES, MARKET_DRAINED_BYTES } from '../../model/limits.js';
import type { MarketTopic } from '../../model/market.js';
import type { InstrumentTable } from '../../wire/instrument-table.js';
import { Protocol, type Session } from '../session.js';
import { MarketMessage } from './message.js';
import type { MarketSource } from './source.js';

/** How much work of a turn it is to look whether there is something new, in sends. */
const LOOK_COST = 5;

interface Subscriber {
  readonly session: Session;
  /** Number of the last message that it has, or that what it has is as good as. */
  told: number;
  /** It has not been told something, as it reads too slowly. */
  isBehind: boolean;
}

export type SendNow = (session: Session) => void;

/**
 * What is told of one instrument in one channel, interval and depth, and who is told. Messages are numbered for the feed, so
 * that they are encoded once: who comes later, or reads too slowly, gets one that stands by itself, with the number of the last.
 *
 * A turn of telling may take several turns of the event loop; until it is over the feed looks at nothing new.
 */
export abstract class MarketFeed {
  readonly topic: MarketTopic;
  /** True while it stands in the queue of those that have something to do. */
  isQueued = false;
  /** Number of the last message. */
  protected number = 0;
  protected readonly source: MarketSource;
  readonly #instruments: InstrumentTable;
  /** What waits in a session is sent before what comes past it. */
  readonly #sendNow: SendNow;
  readonly #subscribers = new Map<Session, Subscriber>();
  readonly #behind = new Set<Subscriber>();
  /** Those who are still to be told in this turn of telling. */
  #rest: Iterator<Subscriber> | undefined;
  /** Number before the message that is told. */
  #before = 0;
  #news: MarketMessage | undefined;
  #whole: MarketMessage | undefined;

  constructor(topic: MarketTopic, source: MarketSource, instruments: InstrumentTable, sendNow: SendNow) {
    this.topic = topic;
    this.source = source;
    this.#instruments = instruments;
    this.#sendNow = sendNow;
  }

  /** Writes what is new since the last call and counts `number` on; undefined where nothing is. */
  protected abstract news(): Int32Array | undefined;

  /** What stands by itself, as of `number`; `news` is what was new just now. */
  protected abstract whole(news: Int32Array | undefined): Int32Array;

  /** The same for one who has just come; undefined where it is told nothing of what was before. */
  protected abstract first(): Int32Array | undefined;

  get size(): number {
    return this.#subscribers.size;
  }

  /** Takes in a subscriber, or one that is there already anew. Returns what it is told first. */
  add(session: Session): MarketMessage | undefined {
    this.remove(session);
    const first = this.first();
    this.#subscribers.set(session, { session, told: this.number, isBehind: false });
    return first === undefined ? undefined : new MarketMessage(first, this.#instruments);
  }

  remove(session: Session): void {
    const subscriber = this.#subscribers.get(session);
    if (subscriber === undefined) return;
    this.#subscribers.delete(session);
    this.#behind.delete(subscriber);
  }

  /** Looks for news where nothing is being told, and tells up to about `most` subscribers. Returns how much was done. */
  work(most: number): number {
    let done = 0;
    if (this.#rest === undefined) {
      this.#look();
      done += LOOK_COST;
    }
    while (done < most) {
      const next = this.#rest!.next();
      if (next.done) {
        this.#rest = undefined;
        this.#news = undefined;
        this.#whole = undefined;
        break;
      }
      done++;
      this.#tell(next.value);
    }
    return done;
  }

  /** False while some are still to be told. */
  get isIdle(): boolean {
    return this.#rest === undefined;
  }

  #look(): void {
    this.#before = this.number;
    const news = this.news();
    this.#news = news === undefined ? undefined : new MarketMessage(news, this.#instruments);
    this.#rest = (news === undefined ? this.#behind : this.#subscribers).values();
  }

  #tell(subscriber: Subscriber): void {
    const { session } = subscriber;
    // Who came while this is told has it already.
    if (!session.open || (subscriber.told === this.number && !subscriber.isBehind)) return;
    const waiting = session.connection.waitingBytes();
    if (waiting > (subscriber.isBehind ? MARKET_DRAINED_BYTES : MARKET_BACKLOG_BYTES)) {
      subscriber.isBehind = true;
      this.#behind.add(subscriber);
      return;
    }
    const isNext = !subscriber.isBehind && subscriber.told === this.#before && this.#news !== undefined;
    const message = isNext ? this.#news! : this.#wholeMessage();
    subscriber.told = this.number;
    subscriber.isBehind = false;
    this.#behind.delete(subscriber);
    if (session.dirty) this.#sendNow(session);
    const bytes = message.bytes(session.protocol);
    session.connection.send(bytes, session.protocol === Protocol.Json);
    session.sentBytes += bytes.byteLength;
  }

  #wholeMessage(): MarketMessage {
    this.#whole ??= new MarketMessage(this.whole(this.#news?.words), this.#instruments);
    return this.#whole;
  }
}
