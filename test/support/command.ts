/** A command was given options that it does not take. The message is one sentence. */
export class OptionsError extends Error {}

/** The numbers that an option may have. */
export interface WholeBounds {
  readonly low: number;
  readonly high: number;
  /** Where the option is left out. */
  readonly otherwise: number;
}

/** @throws OptionsError where it is not a whole number within its bounds */
export function wholeNumber(name: string, given: string | undefined, bounds: WholeBounds): number {
  const { low, high, otherwise } = bounds;
  if (given === undefined) return otherwise;
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= low && value <= high))
    throw new OptionsError(`${name} takes a whole number from ${low} to ${high}, not "${given}"`);
  return value;
}

/** Runs a long command of the tests to its exit code: 2 for wrong options, 1 for a fault, else what it returns. */
export async function runCommand(name: string, main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`${name}: ${(error as Error).message}\n`);
    process.exitCode = error instanceof OptionsError ? 2 : 1;
  }
}
