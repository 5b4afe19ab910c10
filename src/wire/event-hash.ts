/**
 * The running hash of a shard's events, 64 bits in two lanes: the same log gives the same value on any machine, and
 * the follower compares it with the shard's at each frame. It covers every word of every event. Not cryptographic: it
 * finds mistakes, not forgers. (Multiply and rotate rounds in the manner of MurmurHash3.)
 */
export class EventHash {
  low = 0x1b873593 | 0;
  high = 0xcc9e2d51 | 0;

  /** Takes in the words from `from` up to `to`; their number is even. */
  update(words: Int32Array, from: number, to: number): void {
    let low = this.low;
    let high = this.high;
    for (let i = from; i < to; i += 2) {
      low = Math.imul(low ^ words[i]!, 0x85ebca6b);
      low = (low << 13) | (low >>> 19);
      high = Math.imul(high ^ words[i + 1]!, 0xc2b2ae35);
      high = (high << 17) | (high >>> 15);
    }
    // The lanes never cross: they run side by side, and the value does not depend on how the calls are cut.
    this.low = low;
    this.high = high;
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.high) + hex(this.low);
  }
}
