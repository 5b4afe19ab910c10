/**
 * Values for `for await`, kept until they are asked for, up to a bound: past it the reader gets what is there and then an
 * error, since what came after that is gone.
 */
export class ValueStream<Value> implements AsyncIterableIterator<Value> {
  readonly #bound: number;
  readonly #left: () => void;
  #values: Value[] = [];
  #at = 0;
  #waiting: { resolve: (result: IteratorResult<Value>) => void; reject: (error: Error) => void }[] = [];
  #error: Error | undefined;
  #isEnded = false;

  /** @param left called once when no more values are wanted */
  constructor(bound: number, left: () => void) {
    this.#bound = bound;
    this.#left = left;
  }

  push(value: Value): void {
    if (this.#isEnded) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting.resolve({ value, done: false });
    else if (this.#values.length - this.#at < this.#bound) this.#values.push(value);
    else
      this.end(
        new Error(`${this.#bound} values wait to be read: read faster, or listen with on() and drop some`),
      );
  }

  /** No more values come; those that wait can still be read. */
  end(error?: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    this.#left();
    for (const { resolve, reject } of this.#waiting.splice(0))
      if (error === undefined) resolve({ value: undefined, done: true });
      else reject(error);
  }

  next(): Promise<IteratorResult<Value>> {
    if (this.#at < this.#values.length) {
      const value = this.#values[this.#at++]!;
      if (this.#at === this.#values.length || this.#at > 1024) {
        this.#values = this.#values.slice(this.#at);
        this.#at = 0;
      }
      return Promise.resolve({ value, done: false });
    }
    if (this.#error !== undefined) {
      const error = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#isEnded) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<Value>> {
    this.#values = [];
    this.#at = 0;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
