import type { EventOf } from '../wire/event-schema.js';
import type { MarketEvent } from '../wire/market-schema.js';
import { OrderRejected } from './errors.js';
import type { FeedEvent, Topic } from './market-events.js';
import { encodeMessage } from './messages.js';

/** Who keeps up with a topic. */
export interface Feed {
  readonly topic: Topic;
  /** The exchange has agreed to tell. */
  subscribed(): void;
  /** Returns false where something before this is missing: then it is subscribed anew. */
  take(event: FeedEvent): boolean;
  /** What comes next does not follow on what was told before. */
  interrupted(): void;
  /** Nothing will come. */
  ended(error: Error): void;
}

/** A topic, and all who keep up with it. */
interface Subscription {
  readonly key: string;
  readonly topic: Topic;
  readonly feeds: Set<Feed>;
}

/** The subscriptions of a client: made again over each new connection, and where something was missed. */
export class MarketFeeds {
  /** Sends over the session that is open. */
  readonly #send: (bytes: Uint8Array) => void;
  readonly #byTopic = new Map<string, Subscription>();
  /** Those that have no answer yet, in the order of their sending. */
  #asked: Subscription[] = [];
  #isOpen = false;

  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send;
  }

  add(feed: Feed): void {
    const key = keyOf(feed.topic);
    const known = this.#byTopic.get(key);
    if (known !== undefined) {
      known.feeds.add(feed);
      // The new one needs all that there is.
      if (this.#isOpen) this.#renew(known);
      return;
    }
    const subscription = { key, topic: feed.topic, feeds: new Set([feed]) };
    this.#byTopic.set(key, subscription);
    if (this.#isOpen) this.#subscribe(subscription);
  }

  remove(feed: Feed): void {
    const subscription = this.#byTopic.get(keyOf(feed.topic));
    if (subscription === undefined || !subscription.feeds.delete(feed) || subscription.feeds.size > 0) return;
    this.#byTopic.delete(subscription.key);
    if (this.#isOpen) this.#send(encodeMessage({ type: 'unsubscribe', ...subscription.topic }));
  }

  connected(): void {
    this.#isOpen = true;
    for (const subscription of this.#byTopic.values()) this.#subscribe(subscription);
  }

  disconnected(): void {
    this.#isOpen = false;
    this.#asked = [];
    for (const { feeds } of this.#byTopic.values()) for (const feed of feeds) feed.interrupted();
  }

  take(event: MarketEvent): void {
    if (event.event === 'unsubscribed') return;
    const key = keyOf(event.event === 'subscribed' ? event : topicOf(event));
    const subscription = this.#byTopic.get(key);
    if (subscription === undefined) return;
    if (event.event === 'subscribed') {
      this.#asked = this.#asked.filter((one) => one !== subscription);
      for (const feed of subscription.feeds) feed.subscribed();
      return;
    }
    let isWhole = true;
    for (const feed of [...subscription.feeds]) isWhole = feed.take(event) && isWhole;
    if (isWhole) return;
    for (const feed of subscription.feeds) feed.interrupted();
    this.#renew(subscription);
  }

  /** A refusal that names no command: of the oldest subscription without an answer. False where there is none. */
  refused(event: EventOf<'rejected'>): boolean {
    const { symbol } = event;
    const refused = this.#asked.find(({ topic }) => symbol === null || topic.symbol === symbol);
    if (refused === undefined) return false;
    this.#asked = this.#asked.filter((one) => one !== refused);
    this.#byTopic.delete(refused.key);
    for (const feed of refused.feeds) feed.ended(new OrderRejected(event));
    return true;
  }

  /** Sends those again that have no answer: the exchange could not take them just now. */
  askAgain(): void {
    const asked = [...new Set(this.#asked)];
    this.#asked = [];
    if (this.#isOpen) for (const subscription of asked) this.#subscribe(subscription);
  }

  /** The client has ended. */
  end(error: Error): void {
    this.#isOpen = false;
    const subscriptions = [...this.#byTopic.values()];
    this.#byTopic.clear();
    for (const { feeds } of subscriptions) for (const feed of feeds) feed.ended(error);
  }

  /** Has all of a topic told anew. */
  #renew(subscription: Subscription): void {
    this.#send(encodeMessage({ type: 'unsubscribe', ...subscription.topic }));
    this.#subscribe(subscription);
  }

  #subscribe(subscription: Subscription): void {
    this.#asked.push(subscription);
    this.#send(encodeMessage({ type: 'subscribe', ...subscription.topic }));
  }
}

function topicOf(event: FeedEvent): Topic {
  const { symbol, intervalMs } = event;
  return event.event === 'depth'
    ? { channel: 'depth', symbol, intervalMs, levels: event.levels }
    : { channel: event.event, symbol, intervalMs };
}

function keyOf({ channel, symbol, intervalMs, levels }: Topic): string {
  return `${channel} ${intervalMs} ${channel === 'depth' ? levels : ''} ${symbol}`;
}
