import type { Clock, TimerId } from '../../clock/clock.js';
import { EventKind } from '../../model/event.js';
import { MARKET_FETCH_MS, MAX_SUBSCRIPTIONS } from '../../model/limits.js';
import { hasLevels, isInterval, MarketChannel, type MarketTopic } from '../../model/market.js';
import { RejectCode } from '../../model/reject.js';
import { eventObject } from '../../wire/event-object.js';
import { MAX_REFUSAL_WORDS, type Refusal, writeRefusal } from '../../wire/event-refusal.js';
import type { InstrumentTable } from '../../wire/instrument-table.js';
import { marketEventObject } from '../../wire/market-event-object.js';
import { subscriptionEvent } from '../../wire/market-record.js';
import type { OutgoingEvent, Session } from '../session.js';
import type { SessionRegistry } from '../session-registry.js';
import { DepthFeed } from './depth.js';
import type { MarketFeed } from './feed.js';
import { MarketSource } from './source.js';
import { TopFeed } from './top.js';
import { TradesFeed } from './trades.js';
import { MarketTurns } from './turns.js';

const NS_PER_MS = 1_000_000;

export interface MarketDataParts {
  readonly instruments: InstrumentTable;
  readonly sessions: SessionRegistry;
  readonly epochNs: () => bigint;
  readonly realTime: Clock;
  readonly afterTurn: (run: () => void) => void;
  /** Undefined where there are no followers. */
  readonly watching: MarketWatching | undefined;
}

/** How a gateway has instruments told of: the main thread answers by `watched`. */
export interface MarketWatching {
  watch(id: number, instrument: number, shard: number): void;
  unwatch(id: number): void;
}

/** What a session has subscribed to. */
interface Subscription {
  readonly topic: MarketTopic;
  readonly source: MarketSource;
  /** Undefined until the follower has begun. */
  feed: MarketFeed | undefined;
}

/** Market data of one gateway: who has subscribed to what, and what is read for them. */
export class MarketData {
  readonly #parts: MarketDataParts;
  readonly #turns: MarketTurns;
  /** By instrument. */
  readonly #sources = new Map<number, MarketSource>();
  readonly #feeds = new Map<string, MarketFeed>();
  readonly #bySession = new Map<Session, Map<string, Subscription>>();
  /** Fetches trades, while somebody is told of them. */
  #fetching: TimerId | undefined;
  #lastId = 0;

  constructor(parts: MarketDataParts) {
    this.#parts = parts;
    this.#turns = new MarketTurns(parts.realTime, parts.afterTurn);
  }

  /** Subscribes a session; once more, it is told again what it is told first. Returns why not, where it is refused. */
  subscribe(session: Session, topic: MarketTopic): Refusal | undefined {
    const refusal = this.#refusal(topic);
    if (refusal !== undefined) return refusal;
    let own = this.#bySession.get(session);
    if (own === undefined) {
      own = new Map();
      this.#bySession.set(session, own);
    }
    const key = keyOf(topic);
    let subscription = own.get(key);
    if (subscription === undefined) {
      if (own.size >= MAX_SUBSCRIPTIONS)
        return refuse(topic, `This session has ${MAX_SUBSCRIPTIONS} subscriptions, which is the most.`);
      subscription = { topic, source: this.#sourceOf(topic.instrument), feed: undefined };
      own.set(key, subscription);
      subscription.source.users++;
    }
    if (subscription.source.isTold) this.#join(session, key, subscription);
    return undefined;
  }

  unsubscribe(session: Session, topic: MarketTopic): Refusal | undefined {
    const own = this.#bySession.get(session);
    const key = keyOf(topic);
    const subscription = own?.get(key);
    if (own === undefined || subscription === undefined)
      return refuse(topic, 'This session has no such subscription; name all that it was subscribed with.');
    own.delete(key);
    if (own.size === 0) this.#bySession.delete(session);
    this.#leave(session, key, subscription);
    this.#answer(session, EventKind.Unsubscribed, topic);
    return undefined;
  }

  /** The main thread's answer to `watch`: the board, or none where nothing is told, or nothing any more. */
  watched(id: number, board: SharedArrayBuffer | undefined): void {
    const source = [...this.#sources.values()].find((each) => each.id === id);
    // Nobody wants it any more.
    if (source === undefined) return;
    if (board !== undefined) source.begin(board);
    else this.#sources.delete(source.instrument);
    for (const [session, own] of this.#bySession)
      for (const [key, subscription] of own) {
        if (subscription.source !== source) continue;
        if (board !== undefined) {
          this.#join(session, key, subscription);
          continue;
        }
        own.delete(key);
        if (own.size === 0) this.#bySession.delete(session);
        this.#end(session, key, subscription);
      }
  }

  closed(session: Session): void {
    const own = this.#bySession.get(session);
    if (own === undefined) return;
    this.#bySession.delete(session);
    for (const [key, subscription] of own) this.#leave(session, key, subscription);
  }

  close(): void {
    this.#turns.close();
    if (this.#fetching !== undefined) this.#parts.realTime.cancel(this.#fetching);
  }

  #refusal(topic: MarketTopic): Refusal | undefined {
    const { instrument, channel, intervalMs, levels } = topic;
    if (this.#parts.watching === undefined) return { code: RejectCode.NoMarketData, instrument };
    if (this.#parts.instruments.byId(instrument) === undefined)
      return { code: RejectCode.UnknownInstrument, instrument };
    if (!isInterval(intervalMs) || !hasLevels(channel, levels)) return refuse(topic);
    return undefined;
  }

  #sourceOf(instrument: number): MarketSource {
    const known = this.#sources.get(instrument);
    if (known !== undefined) return known;
    const source = new MarketSource(instrument, ++this.#lastId);
    this.#sources.set(instrument, source);
    this.#parts.watching!.watch(source.id, instrument, this.#parts.instruments.shardOf(instrument));
    return source;
  }

  /** Nothing is told of the instrument any more, or nothing will be. */
  #end(session: Session, key: string, subscription: Subscription): void {
    const { topic, feed } = subscription;
    if (feed !== undefined) {
      this.#leaveFeed(session, key, subscription);
      this.#answer(session, EventKind.Unsubscribed, topic);
      return;
    }
    const words = new Int32Array(MAX_REFUSAL_WORDS);
    const { instruments, epochNs } = this.#parts;
    const refusal = { code: RejectCode.NoMarketData, instrument: topic.instrument };
    const length = writeRefusal(words, 0, refusal, epochNs());
    this.#hand(session, words.subarray(0, length), [eventObject(words, 0, instruments)]);
  }

  /** Answers, and tells what is told first. */
  #join(session: Session, key: string, subscription: Subscription): void {
    subscription.feed ??= this.#feeds.get(key) ?? this.#open(key, subscription);
    this.#answer(session, EventKind.Subscribed, subscription.topic);
    const first = subscription.feed.add(session);
    if (first !== undefined) this.#hand(session, first.words, first.objects);
  }

  #open(key: string, { topic, source }: Subscription): MarketFeed {
    const { instruments, sessions } = this.#parts;
    const Kind =
      topic.channel === MarketChannel.Trades
        ? TradesFeed
        : topic.channel === MarketChannel.Top
          ? TopFeed
          : DepthFeed;
    const feed = new Kind(topic, source, instruments, (session) => sessions.sendNow(session));
    this.#feeds.set(key, feed);
    this.#turns.add(feed);
    if (feed instanceof TradesFeed) {
      // What was before is not for those who come now.
      source.fetch();
      source.takers.add(feed);
      this.#fetchOrRest();
    }
    return feed;
  }

  #leave(session: Session, key: string, subscription: Subscription): void {
    this.#leaveFeed(session, key, subscription);
    const { source } = subscription;
    source.users--;
    if (source.users > 0) return;
    this.#sources.delete(source.instrument);
    this.#parts.watching!.unwatch(source.id);
  }

  #leaveFeed(session: Session, key: string, { source, feed }: Subscription): void {
    if (feed === undefined) return;
    feed.remove(session);
    if (feed.size > 0) return;
    this.#feeds.delete(key);
    this.#turns.remove(feed);
    if (!(feed instanceof TradesFeed)) return;
    source.takers.delete(feed);
    this.#fetchOrRest();
  }

  /** Trades are fetched more often than some are told of them, and also while telling is late. */
  #fetchOrRest(): void {
    const { realTime } = this.#parts;
    const isNeeded = [...this.#feeds.values()].some((feed) => feed instanceof TradesFeed);
    if (isNeeded && this.#fetching === undefined)
      this.#fetching = realTime.setTimer(MARKET_FETCH_MS * NS_PER_MS, () => {
        for (const source of this.#sources.values()) if (source.takers.size > 0) source.fetch();
      });
    else if (!isNeeded && this.#fetching !== undefined) {
      realTime.cancel(this.#fetching);
      this.#fetching = undefined;
    }
  }

  #answer(
    session: Session,
    kind: typeof EventKind.Subscribed | typeof EventKind.Unsubscribed,
    topic: MarketTopic,
  ): void {
    const words = subscriptionEvent(kind, topic, this.#parts.epochNs());
    this.#hand(session, words, [marketEventObject(words, 0, this.#parts.instruments)]);
  }

  /** Hands something to one session, behind what it is to be sent in this turn. */
  #hand(session: Session, words: Int32Array, objects: readonly OutgoingEvent[]): void {
    if (session.binary) {
      const at = session.reserve(words.length);
      session.out.set(words, at);
    } else session.objects.push(...objects);
    this.#parts.sessions.touch(session);
  }
}

function keyOf({ channel, instrument, intervalMs, levels }: MarketTopic): string {
  return `${channel} ${instrument} ${intervalMs} ${levels}`;
}

function refuse({ instrument }: MarketTopic, sentence?: string): Refusal {
  return { code: RejectCode.BadSubscription, instrument, sentence };
}
