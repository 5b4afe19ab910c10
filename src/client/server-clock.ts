import { TIME_SAMPLES } from '../model/limits.js';

/** The four timestamps of one exchange of time, in nanoseconds since the epoch: ours, theirs, theirs, ours. */
export interface TimeSample {
  readonly sentNs: bigint;
  readonly serverReceivedNs: bigint;
  readonly serverSentNs: bigint;
  readonly receivedNs: bigint;
}

interface Estimate {
  readonly offsetNs: bigint;
  readonly roundTripNs: number;
}

/**
 * How far the clock of the exchange is ahead of ours, as NTP estimates it (RFC 5905, section 8 and 10): of the last eight
 * exchanges of time the one with the least round trip counts. Its offset is wrong by half of that round trip at the most,
 * however unequal the two ways are.
 */
export class ServerClock {
  readonly #samples: Estimate[] = [];
  #best: Estimate | undefined;

  /** Whether there is an estimate yet. */
  get isKnown(): boolean {
    return this.#best !== undefined;
  }

  /** How far the clock of the exchange is ahead of ours, in nanoseconds; 0 before the first estimate. */
  get offsetNs(): bigint {
    return this.#best?.offsetNs ?? 0n;
  }

  /** Round trip of the exchange that the offset is from, without the time at the exchange, in nanoseconds; NaN before. */
  get roundTripNs(): number {
    return this.#best?.roundTripNs ?? Number.NaN;
  }

  /** Takes an exchange of time in. One in which a clock went back is left out. */
  add({ sentNs, serverReceivedNs, serverSentNs, receivedNs }: TimeSample): void {
    if (receivedNs < sentNs || serverSentNs < serverReceivedNs) return;
    // Browsers round their clock: what the exchange needed may come out as more than all of it.
    const roundTripNs = Math.max(0, Number(receivedNs - sentNs - (serverSentNs - serverReceivedNs)));
    const offsetNs = (serverReceivedNs - sentNs + (serverSentNs - receivedNs)) / 2n;
    this.#samples.push({ offsetNs, roundTripNs });
    if (this.#samples.length > TIME_SAMPLES) this.#samples.shift();
    // Of equal ones the newest: clocks drift.
    this.#best = this.#samples.reduce((best, one) => (one.roundTripNs <= best.roundTripNs ? one : best));
  }

  /** Forgets the samples: another machine may answer from here on. The estimate stays until there is another. */
  begin(): void {
    this.#samples.length = 0;
  }
}
