/** Where random numbers come from. Everything in Tickloom that rolls dice is given one of these. */
export interface Randomness {
  /** A whole number from 0 to 2^32 - 1, each as likely as any other. */
  next32(): number;
  /** A whole number from 0 to `n - 1`, each as likely as any other. @throws RangeError where n is not 1 to 2^32. */
  below(n: number): number;
}

const TWO_32 = 2 ** 32;
const MASK_64 = 2n ** 64n - 1n;

/**
 * Numbers that are the same for the same seed, on any machine: xoshiro128** 1.1 by Blackman and Vigna, its state
 * filled from the seed by SplitMix64 (low half first), as in the `seed_from_u64` of Rust's rand_xoshiro. For load,
 * tests and backtests; not for secrets.
 */
export class SeededRandomness implements Randomness {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @throws RangeError where the seed is not a whole number from 0 to 2^64 - 1 (a number: to 2^53 - 1). */
  constructor(seed: number | bigint) {
    if (typeof seed === 'number' ? !Number.isSafeInteger(seed) || seed < 0 : seed < 0n || seed > MASK_64)
      throw new RangeError(`seed ${seed} is not a whole number from 0 to 2^53 - 1, or a bigint to 2^64 - 1`);
    const first = splitMix64(BigInt(seed), 1n);
    const second = splitMix64(BigInt(seed), 2n);
    this.#a = Number(BigInt.asIntN(32, first));
    this.#b = Number(BigInt.asIntN(32, first >> 32n));
    this.#c = Number(BigInt.asIntN(32, second));
    this.#d = Number(BigInt.asIntN(32, second >> 32n));
  }

  /** Starts from the four words of the state itself. @throws RangeError where all are 0: it would stay there. */
  static fromState(a: number, b: number, c: number, d: number): SeededRandomness {
    if ((a | b | c | d) === 0) throw new RangeError('a state of four zeros gives nothing but zeros');
    const randomness = new SeededRandomness(0);
    randomness.#a = a | 0;
    randomness.#b = b | 0;
    randomness.#c = c | 0;
    randomness.#d = d | 0;
    return randomness;
  }

  next32(): number {
    const b = this.#b;
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    this.#c ^= this.#a;
    this.#d ^= b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= b << 9;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  below(n: number): number {
    return below(this, n);
  }
}

/** Numbers from the operating system, that nobody can foresee. */
export class SystemRandomness implements Randomness {
  readonly #pool = new Uint32Array(256);
  #used = this.#pool.length;

  next32(): number {
    if (this.#used === this.#pool.length) {
      // The web's name for it, which Node.js has too: this file also runs in a browser.
      crypto.getRandomValues(this.#pool);
      this.#used = 0;
    }
    const result = this.#pool[this.#used]!;
    // What was given out must not be found in memory later.
    this.#pool[this.#used++] = 0;
    return result;
  }

  below(n: number): number {
    return below(this, n);
  }
}

function below(source: Randomness, n: number): number {
  if (!Number.isInteger(n) || n < 1 || n > TWO_32)
    throw new RangeError(`${n} is not a whole number from 1 to 2^32`);
  // Of 2^32 numbers only a multiple of n divides evenly: those past it are thrown away.
  const limit = TWO_32 - (TWO_32 % n);
  for (;;) {
    const value = source.next32();
    if (value < limit) return value % n;
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** The output number `step`, from 1, of SplitMix64 for a seed. */
function splitMix64(seed: bigint, step: bigint): bigint {
  let z = (seed + step * 0x9e3779b97f4a7c15n) & MASK_64;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
  return z ^ (z >> 31n);
}
