import type { Clock, TimerId } from '../../clock/clock.js';
import { MARKET_REST_FACTOR, MARKET_SENDS_PER_TURN, MARKET_TURN_US } from '../../model/limits.js';
import type { MarketFeed } from './feed.js';

const NS_PER_MS = 1_000_000;
const TURN_NS = MARKET_TURN_US * 1_000;

/** Sends between two looks at the clock. */
const SENDS_AT_ONCE = 10;

interface Beat {
  readonly timer: TimerId;
  readonly feeds: Set<MarketFeed>;
}

/**
 * When feeds look and tell: one timer for each interval that somebody wants, none where nobody does. What is due is done in
 * slices over turns of the event loop, with a rest after each, so that orders wait for one slice at most and the thread is theirs
 * for the most part. Feeds that do not come to their turn in time tell less often.
 */
export class MarketTurns {
  readonly #realTime: Clock;
  readonly #afterTurn: (run: () => void) => void;
  readonly #beats = new Map<number, Beat>();
  readonly #queue: MarketFeed[] = [];
  readonly #run = () => this.#slice();
  #isDue = false;

  constructor(realTime: Clock, afterTurn: (run: () => void) => void) {
    this.#realTime = realTime;
    this.#afterTurn = afterTurn;
  }

  /** A feed has its turn at every interval from here on. */
  add(feed: MarketFeed): void {
    const { intervalMs } = feed.topic;
    const beat = this.#beats.get(intervalMs);
    if (beat !== undefined) {
      beat.feeds.add(feed);
      return;
    }
    const feeds = new Set([feed]);
    const timer = this.#realTime.setTimer(intervalMs * NS_PER_MS, () => {
      for (const each of feeds) this.#enqueue(each);
    });
    this.#beats.set(intervalMs, { timer, feeds });
  }

  remove(feed: MarketFeed): void {
    const { intervalMs } = feed.topic;
    const beat = this.#beats.get(intervalMs);
    if (beat === undefined) return;
    beat.feeds.delete(feed);
    if (beat.feeds.size > 0) return;
    this.#realTime.cancel(beat.timer);
    this.#beats.delete(intervalMs);
  }

  close(): void {
    for (const { timer } of this.#beats.values()) this.#realTime.cancel(timer);
    this.#beats.clear();
    this.#queue.length = 0;
    this.#isDue = true;
  }

  /** One that has not told all of its subscribers yet looks again a turn later. */
  #enqueue(feed: MarketFeed): void {
    if (feed.isQueued) return;
    feed.isQueued = true;
    this.#queue.push(feed);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#afterTurn(this.#run);
  }

  #slice(): void {
    this.#isDue = false;
    const startNs = this.#realTime.nowNs();
    let takenNs = 0;
    let done = 0;
    while (done < MARKET_SENDS_PER_TURN && takenNs < TURN_NS) {
      const feed = this.#queue[0];
      if (feed === undefined) return;
      done += feed.work(Math.min(SENDS_AT_ONCE, MARKET_SENDS_PER_TURN - done));
      takenNs = this.#realTime.nowNs() - startNs;
      if (!feed.isIdle) continue;
      feed.isQueued = false;
      this.#queue.shift();
    }
    if (this.#queue.length === 0) return;
    if (takenNs === 0) this.#schedule();
    else this.#rest(takenNs * MARKET_REST_FACTOR);
  }

  #rest(ns: number): void {
    this.#isDue = true;
    this.#realTime.setAlert(this.#realTime.nowNs() + ns, this.#run);
  }
}
