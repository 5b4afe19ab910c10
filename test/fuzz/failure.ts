import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What one input was sent as, and its bytes. */
export interface FuzzInput {
  readonly target: string;
  readonly bytes: Buffer;
  /** Of the session that sent it. */
  readonly account?: number;
}

/** Something that must hold did not; with the inputs that it takes, as few and as short as could be found. */
export class FuzzFailure extends Error {
  readonly seed: number;
  readonly inputs: readonly FuzzInput[];

  constructor(message: string, seed: number, inputs: readonly FuzzInput[]) {
    super(message);
    this.seed = seed;
    this.inputs = inputs;
  }

  /** Writes the inputs as JSON and returns the file's name. */
  write(directory: string): string {
    const file = join(directory, `fuzz-failure-${this.seed}.json`);
    const inputs = this.inputs.map(({ target, bytes, account }) => ({
      target,
      account,
      hex: bytes.toString('hex'),
      text: bytes.toString('latin1'),
    }));
    writeFileSync(file, `${JSON.stringify({ failure: this.message, seed: this.seed, inputs }, null, 1)}\n`);
    return file;
  }
}

/**
 * The fewest items that still fail, found by leaving out halves, quarters and so on.
 *
 * @param tries most calls of `fails`
 */
export async function shrink<T>(
  items: readonly T[],
  fails: (items: readonly T[]) => Promise<boolean> | boolean,
  tries = 2000,
): Promise<readonly T[]> {
  let smallest = items;
  for (let size = Math.ceil(items.length / 2); size >= 1; ) {
    let isSmaller = false;
    for (let at = 0; at < smallest.length && tries > 0; ) {
      const rest = [...smallest.slice(0, at), ...smallest.slice(at + size)];
      tries--;
      if (await fails(rest)) {
        smallest = rest;
        isSmaller = true;
      } else at += size;
    }
    if (tries <= 0) break;
    if (size === 1 && !isSmaller) break;
    size = isSmaller ? Math.min(size, Math.ceil(smallest.length / 2)) : Math.floor(size / 2);
    if (smallest.length === 0) break;
  }
  return smallest;
}
