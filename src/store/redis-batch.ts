import type { FedRun, FeedPosition } from '../follower/log-feed.js';
import { EntryWords } from './entry-words.js';
import { PackedTexts } from './packed-texts.js';
import { GROUP_WORDS, writeGroupHeader } from './redis-stream.js';
import { RedisTrades } from './redis-trades.js';
import type { Batch } from './sink.js';

const NOWHERE: FeedPosition = { sequence: 0, hash: undefined };

/** What one write takes to Redis. */
export class RedisBatch implements Batch {
  /** Events. */
  rows = 0;
  from = NOWHERE;
  to = NOWHERE;
  /** Time of the last run. */
  timeNs = 0n;
  readonly commands = new EntryWords();
  readonly events = new EntryWords();
  readonly trades = new RedisTrades();
  /** Orders that something happened to and that live on, as far as the events say; those that are done; instruments. */
  readonly touched = new Set<number>();
  readonly done: number[] = [];
  readonly instruments = new Set<number>();
  /** From here on it takes no more, and what follows is there: see `WRITE_BATCH`. */
  isSealed = false;
  readonly state = new PackedTexts();
  readonly gone = new PackedTexts();
  /** Channel, message, channel, message. */
  readonly messages: string[] = [];

  /** Takes in the words of a run that ends with a sequence. */
  copy(run: FedRun, lastSequence: number): void {
    const { words, from, to, firstSequence, timeLow, timeHigh } = run.commands;
    const group = this.commands.add(GROUP_WORDS + to - from, lastSequence);
    writeGroupHeader(this.commands.words, group, firstSequence, timeLow, timeHigh, to - from);
    this.commands.words.set(words.subarray(from, to), group + GROUP_WORDS);
    const at = this.events.add(run.to - run.from, lastSequence);
    this.events.words.set(run.events.subarray(run.from, run.to), at);
    this.timeNs = (BigInt(timeHigh >>> 0) << 32n) | BigInt(timeLow >>> 0);
  }

  clear(): void {
    this.rows = 0;
    this.from = NOWHERE;
    this.to = NOWHERE;
    this.timeNs = 0n;
    this.commands.clear();
    this.events.clear();
    this.trades.clear();
    this.touched.clear();
    this.done.length = 0;
    this.instruments.clear();
    this.isSealed = false;
    this.state.clear();
    this.gone.clear();
    this.messages.length = 0;
  }
}
