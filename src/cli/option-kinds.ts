import type { Option, OptionSource } from './option-table.js';

/** What an option may add to its kind. */
export interface OptionExtras {
  readonly defaultText?: string;
  readonly from?: readonly OptionSource[];
}

/**
 * A whole number from `low` to `high`, and a multiple of `step` where one is given, in digits; underscores between them
 * are ignored.
 */
export function wholeOption<Default extends number | undefined>(
  low: number,
  high: number,
  otherwise: Default,
  help: string,
  { step = 1, ...extras }: OptionExtras & { readonly step?: number } = {},
): Option<number | Default> {
  return {
    placeholder: '<number>',
    default: otherwise,
    parse: (text) => {
      const value = /^[0-9]+(_[0-9]+)*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
      return value >= low && value <= high && value % step === 0 ? value : undefined;
    },
    rule: `${step === 1 ? 'a whole number' : `a multiple of ${step}`} from ${low} to ${high}`,
    help,
    ...extras,
  };
}

/** One of a few words. */
export function wordOption<const Word extends string>(
  words: readonly Word[],
  otherwise: NoInfer<Word>,
  help: string,
  extras: OptionExtras = {},
): Option<Word> {
  return {
    placeholder: `<${words.join('|')}>`,
    default: otherwise,
    parse: (text) => words.find((word) => word === text),
    rule: words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
    help,
    ...extras,
  };
}

/** Any text but the empty one; `placeholder` says what it stands for: `<directory>`. */
export function textOption<Default extends string | undefined>(
  placeholder: string,
  otherwise: Default,
  help: string,
  extras: OptionExtras = {},
): Option<string | Default> {
  return {
    placeholder,
    default: otherwise,
    parse: (text) => (text === '' ? undefined : text),
    rule: `${/^<[aeiou]/.test(placeholder) ? 'an' : 'a'} ${placeholder.slice(1, -1)}`,
    help,
    ...extras,
  };
}

const switchWords: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false };

/** On or off, off by default. The flag alone is on; elsewhere it is true or 1, false or 0. */
export function switchOption(help: string, extras: OptionExtras = {}): Option<boolean> {
  return {
    placeholder: '',
    default: false,
    parse: (text) => (Object.hasOwn(switchWords, text) ? switchWords[text] : undefined),
    rule: 'true or false',
    help,
    ...extras,
  };
}
