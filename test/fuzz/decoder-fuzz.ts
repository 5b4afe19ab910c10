import { SeededRandomness } from '../../src/clock/randomness.js';
import { type DecoderTarget, decoderTargets } from './decoders.js';
import { FuzzFailure, shrink } from './failure.js';
import { Mutator } from './mutator.js';

export interface DecoderFuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
  readonly targets?: readonly DecoderTarget[];
}

/** Whose turn it is: objects take thirty times as long as records. */
const TURNS = [
  'records',
  'query',
  'msgpack',
  'records',
  'admission',
  'json',
  'records',
  'event',
  'query',
  'admission',
  'keys',
];

/** Inputs between two looks at the signal. */
const STEP = 5_000;

/**
 * Feeds mutated inputs to the readers without sockets. Returns how many each has had.
 *
 * @throws FuzzFailure with the smallest input that fails
 */
export async function fuzzDecoders(options: DecoderFuzzOptions): Promise<Record<string, number>> {
  const { inputs, seed, signal, onProgress, targets = decoderTargets } = options;
  const mutator = new Mutator(new SeededRandomness(seed));
  const counts: Record<string, number> = {};
  const turns = TURNS.flatMap((name) => targets.filter((target) => target.name === name));
  if (turns.length === 0) turns.push(...targets);
  for (let done = 0; done < inputs; done++) {
    const target = turns[done % turns.length]!;
    const input = target.make(mutator);
    const fault = faultOf(target, input);
    if (fault !== undefined) {
      const bytes = await shrink([...input], (left) => faultOf(target, Buffer.from(left)) !== undefined);
      const smallest = Buffer.from(bytes);
      throw new FuzzFailure(faultOf(target, smallest)!, seed, [{ target: target.name, bytes: smallest }]);
    }
    counts[target.name] = (counts[target.name] ?? 0) + 1;
    if (done % STEP === STEP - 1) {
      onProgress?.(done + 1);
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted) break;
    }
  }
  return counts;
}

function faultOf(target: DecoderTarget, input: Buffer): string | undefined {
  try {
    target.check(input);
    return undefined;
  } catch (error) {
    return `${target.name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
