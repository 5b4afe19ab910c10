/*
 * Shared between threads: every gateway counts its connections up and down; all gateways read the sums.
 */

/**
 * ```
 * word 0         connections of all gateways
 * word 16 + i    WebSockets of the addresses whose hash is i
 * ```
 *
 * Two addresses with one hash share a bound, which is far over what a client needs: the salt keeps anybody from choosing
 * with whom.
 */
const FIRST_ADDRESS_WORD = 16;
const ADDRESSES = 2 ** 16;

/** How many are connected, to all gateways together. */
export class ConnectionCounts {
  readonly #words: Int32Array;
  readonly #salt: number;
  readonly #most: number;
  readonly #mostPerAddress: number;

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer((FIRST_ADDRESS_WORD + ADDRESSES) * 4);
  }

  /** @param salt the same in all gateways */
  constructor(buffer: SharedArrayBuffer, salt: number, most: number, mostPerAddress: number) {
    this.#words = new Int32Array(buffer);
    this.#salt = salt;
    this.#most = most;
    this.#mostPerAddress = mostPerAddress;
  }

  /** Connections of all gateways. */
  get all(): number {
    return Atomics.load(this.#words, 0);
  }

  /** Counts a connection; false where it is one too many. Either way `disconnected` follows when it is gone. */
  connected(): boolean {
    return Atomics.add(this.#words, 0, 1) < this.#most;
  }

  disconnected(): void {
    Atomics.sub(this.#words, 0, 1);
  }

  /** Whether an address may have one more WebSocket. */
  hasRoom(address: string): boolean {
    return Atomics.load(this.#words, this.#wordOf(address)) < this.#mostPerAddress;
  }

  entered(address: string): void {
    Atomics.add(this.#words, this.#wordOf(address), 1);
  }

  left(address: string): void {
    Atomics.sub(this.#words, this.#wordOf(address), 1);
  }

  /** FNV-1a, salted. */
  #wordOf(address: string): number {
    let hash = 0x811c9dc5 ^ this.#salt;
    for (let i = 0; i < address.length; i++) hash = Math.imul(hash ^ address.charCodeAt(i), 0x01000193);
    return FIRST_ADDRESS_WORD + ((hash ^ (hash >>> 16)) & (ADDRESSES - 1));
  }
}
