import { parseArgs } from 'node:util';

/** The command line asks for something that cannot be; the message says what to write instead. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

/** Options by their names: those with a text have one where they were given, the others are true then. */
export type GivenOptions<Text extends string, Flag extends string> = {
  readonly [Name in Text]?: string;
} & { readonly [Name in Flag | 'help']?: boolean };

/**
 * Reads a command line of options alone, `--help` or `-h` among them.
 *
 * @param texts names of options with a value
 * @param flags names of options without one
 * @throws OptionsError where an option is unknown or has no value
 */
export function readCommandLine<const Text extends string, const Flag extends string>(
  argv: readonly string[],
  texts: readonly Text[],
  flags: readonly Flag[],
): GivenOptions<Text, Flag> {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {
    help: { type: 'boolean', short: 'h' },
  };
  for (const name of texts) options[name] = { type: 'string' };
  for (const name of flags) options[name] = { type: 'boolean' };
  try {
    const { values } = parseArgs({ args: [...argv], strict: true, allowPositionals: false, options });
    return values as GivenOptions<Text, Flag>;
  } catch (error) {
    throw new OptionsError(`${(error as Error).message.split('\n')[0]}; see --help`);
  }
}

/**
 * A whole number from `low` to `high`; underscores and commas between digits are ignored. Undefined where none was given.
 *
 * @param name of the option, with its hyphens
 * @throws OptionsError where the text is another
 */
export function readWhole(
  name: string,
  text: string | undefined,
  low: number,
  high: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d[\d_,]*$/.test(text) ? Number(text.replace(/[_,]/g, '')) : Number.NaN;
  if (!(value >= low && value <= high))
    throw new OptionsError(`${name} takes a whole number from ${low} to ${high}, not "${text}"`);
  return value;
}
