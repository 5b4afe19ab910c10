import type { Clock } from '../clock/clock.js';

const TWO_32 = 4_294_967_296;

/**
 * The time of a clock as the two halves of its nanoseconds since 1970, without making a bigint: the origin is taken
 * apart once, and only the numbers since then are added.
 */
export class Stamps {
  /** The halves of the stamp taken last, as the words of a record hold them. */
  low = 0;
  high = 0;
  readonly #clock: Clock;
  readonly #originLow: number;
  readonly #originHigh: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#originLow = Number(BigInt.asUintN(32, clock.originEpochNs));
    this.#originHigh = Number(clock.originEpochNs >> 32n);
  }

  /** Takes the time. */
  take(): void {
    const nowNs = this.#clock.nowNs();
    const nowHigh = Math.floor(nowNs / TWO_32);
    const low = this.#originLow + (nowNs - nowHigh * TWO_32);
    const carry = low >= TWO_32 ? 1 : 0;
    this.low = (low - carry * TWO_32) | 0;
    this.high = (this.#originHigh + nowHigh + carry) | 0;
  }
}
