/** Options of a command: one table says how each is given, read and explained. */

import { parseArgs } from 'node:util';
import { nearestText, shownValue } from '../wire/field-fault.js';

/** The command line, the environment or a configuration file asks for what cannot be. One line for each fault. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/** Where the value of an option may come from, the strongest first. */
export type OptionSource = 'flag' | 'environment' | 'file' | 'default';

export interface Option<Value> {
  /** What its value looks like in the help text: `<number>`; empty for an option that is on or off. */
  readonly placeholder: string;
  readonly default: Value;
  /** The default in words, where the value does not say it. */
  readonly defaultText?: string;
  /** Undefined where the text is not a value of this option. */
  readonly parse: (text: string) => Value | undefined;
  /** What a value must be: `a whole number from 0 to 65535`. */
  readonly rule: string;
  /** One sentence. */
  readonly help: string;
  /** Where it may be given; everywhere where this is left out. */
  readonly from?: readonly OptionSource[];
}

/**
 * Options by name. `client-id-window` is the flag `--client-id-window`, the environment variable
 * TICKLOOM_CLIENT_ID_WINDOW, the key `client-id-window` of the configuration file, and `clientIdWindow` in the code.
 */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The values of a table's options. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table & string as CamelCase<Name>]: Table[Name] extends Option<infer Value>
    ? Value
    : never;
};

export interface Command<Table extends OptionTable> {
  /** As people type it: `tickloom start`. */
  readonly name: string;
  /** What it does, in a paragraph. */
  readonly about: string;
  readonly options: Table;
  /** What it takes besides options, in order. */
  readonly positionals?: readonly Positional[];
  /** Paragraphs below the options. */
  readonly notes?: readonly string[];
}

export interface Positional {
  readonly name: string;
  readonly required: boolean;
  readonly help: string;
}

/** A configuration file that was read: the values of its keys, as JSON has them. */
export interface FileValues {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface ReadOptions<Table extends OptionTable> {
  readonly values: OptionValues<Table>;
  /** Where each value came from, by the option's name. */
  readonly sources: Readonly<Record<keyof Table & string, OptionSource>>;
  readonly positionals: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a command's options: a flag wins over its environment variable, that over the file, that over the default. An
 * empty environment variable counts as not set. Of a flag given twice, the last counts.
 *
 * @returns 'help' where the command line asks for it, whatever else it says
 * @throws UsageError with one line for each fault
 */
export function readOptions<Table extends OptionTable>(
  command: Command<Table>,
  args: readonly string[],
  environment: Environment,
  file?: FileValues,
): ReadOptions<Table> | 'help' {
  const faults: string[] = [];
  const line = readLine(command, args, faults);
  if (line === 'help') return 'help';
  const values: Record<string, unknown> = {};
  const sources: Record<string, OptionSource> = {};
  for (const [name, option] of Object.entries<Option<unknown>>(command.options)) {
    const given = findGiven(name, option, line.flags, environment, file);
    sources[name] = given?.source ?? 'default';
    let value = option.default;
    if (given !== undefined) {
      const { raw, shownName } = given;
      // A file has numbers and booleans of its own; they read as the same text on the command line would.
      const readable = typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean';
      value = readable ? option.parse(String(raw)) : undefined;
      if (value === undefined) faults.push(`${shownName}: ${shownValue(raw)} must be ${option.rule}`);
    }
    values[camelCase(name)] = value;
  }
  if (faults.length > 0) throw new UsageError(faults);
  return {
    values: values as OptionValues<Table>,
    sources: sources as Record<keyof Table & string, OptionSource>,
    positionals: line.positionals,
  };
}

/** Whether an option may be given in this way. */
export function mayComeFrom(option: Option<unknown>, source: OptionSource): boolean {
  return option.from === undefined || option.from.includes(source);
}

/** `client-id-window` as TICKLOOM_CLIENT_ID_WINDOW. */
export function environmentName(name: string): string {
  return `TICKLOOM_${name.toUpperCase().replaceAll('-', '_')}`;
}

interface Given {
  readonly source: OptionSource;
  readonly raw: unknown;
  /** The name under which it was given, for faults. */
  readonly shownName: string;
}

function findGiven(
  name: string,
  option: Option<unknown>,
  flags: ReadonlyMap<string, string>,
  environment: Environment,
  file: FileValues | undefined,
): Given | undefined {
  const flag = flags.get(name);
  if (flag !== undefined) return { source: 'flag', raw: flag, shownName: `--${name}` };
  const variable = environmentName(name);
  const text = mayComeFrom(option, 'environment') ? environment[variable] : undefined;
  if (text !== undefined && text !== '') return { source: 'environment', raw: text, shownName: variable };
  if (file !== undefined && mayComeFrom(option, 'file') && Object.hasOwn(file.values, name))
    return { source: 'file', raw: file.values[name], shownName: `${file.name}: ${name}` };
  return undefined;
}

interface Line {
  readonly flags: ReadonlyMap<string, string>;
  readonly positionals: readonly string[];
}

/** Takes the command line apart. Adds to `faults` what no option explains. */
function readLine<Table extends OptionTable>(
  command: Command<Table>,
  args: readonly string[],
  faults: string[],
): Line | 'help' {
  const { options } = command;
  const names = [...Object.keys(options), 'help'];
  const isFlag = (name: string) => options[name] === undefined || options[name].placeholder === '';
  // Not strict: its messages name neither the nearest option nor what a value must be.
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      names.map((name) => [
        name,
        { type: isFlag(name) ? 'boolean' : 'string', ...(name === 'help' ? { short: 'h' } : undefined) },
      ]),
    ),
  });
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) return 'help';
  const flags = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    if (!Object.hasOwn(options, name) || !mayComeFrom(options[name]!, 'flag'))
      faults.push(`${rawName}: no such option; ${nearestText(name, names)}`);
    else if (isFlag(name)) flags.set(name, value ?? 'true');
    else if (value === undefined || (!inlineValue && value.startsWith('--')))
      faults.push(`${rawName}: missing; must be ${options[name]!.rule}`);
    else flags.set(name, value);
  }
  const wanted = command.positionals ?? [];
  // What looks like an argument may be the value of an option that nobody knows.
  if (faults.length > 0) return { flags, positionals };
  for (const extra of positionals.slice(wanted.length))
    faults.push(`${shownValue(extra)}: one argument too many; options begin with --`);
  for (const missing of wanted.slice(positionals.length))
    if (missing.required) faults.push(`<${missing.name}>: missing; ${missing.help}`);
  return { flags, positionals };
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const HELP_WIDTH = 100;
const HELP_COLUMN = 26;

/** The complete help text of a command, without a line break at its end. */
export function helpText<Table extends OptionTable>(command: Command<Table>): string {
  const positionals = command.positionals ?? [];
  const usage = positionals.map(({ name, required }) => (required ? ` <${name}>` : ` [${name}]`)).join('');
  const lines = [`Usage: ${command.name}${usage} [options]`, '', ...wrap(command.about, HELP_WIDTH)];
  if (positionals.length > 0) {
    lines.push('', 'Arguments:');
    for (const { name, help } of positionals) lines.push(...entry(`  <${name}>`, help));
  }
  lines.push('', 'Options:');
  for (const [name, option] of Object.entries<Option<unknown>>(command.options))
    lines.push(...entry(`  ${optionHead(name, option)}`, optionHelp(name, option)));
  lines.push(...entry('  -h, --help', 'Prints this text.'));
  for (const note of command.notes ?? []) lines.push('', ...wrap(note, HELP_WIDTH));
  return lines.join('\n');
}

function optionHead(name: string, option: Option<unknown>): string {
  if (!mayComeFrom(option, 'flag')) return environmentName(name);
  return `--${name} ${option.placeholder}`.trimEnd();
}

function optionHelp(name: string, option: Option<unknown>): string {
  const facts: string[] = [];
  if (option.placeholder !== '')
    facts.push(
      option.defaultText === undefined ? `Default: ${option.default}.` : `Default: ${option.defaultText}.`,
    );
  if (mayComeFrom(option, 'environment') && mayComeFrom(option, 'flag'))
    facts.push(`${environmentName(name)}.`);
  return [option.help, ...facts].join(' ');
}

function entry(head: string, help: string): string[] {
  const [first = '', ...rest] = wrap(help, HELP_WIDTH - HELP_COLUMN);
  const indent = ' '.repeat(HELP_COLUMN);
  const start = head.length < HELP_COLUMN - 1 ? [head.padEnd(HELP_COLUMN) + first] : [head, indent + first];
  return [...start, ...rest.map((line) => indent + line)];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += (line === '' ? '' : ' ') + word;
  }
  return [...lines, line];
}
