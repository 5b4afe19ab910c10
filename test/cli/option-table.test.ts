import { describe, expect, it } from 'vitest';
import { switchOption, textOption, wholeOption, wordOption } from '../../src/cli/option-kinds.js';
import { type Command, helpText, readOptions, UsageError } from '../../src/cli/option-table.js';

const options = {
  rate: wholeOption(1, 100, undefined, 'Orders per second.', { defaultText: 'as fast as it goes' }),
  mode: wordOption(['one'], 'one', 'The only mode.'),
  out: textOption('<file>', undefined, 'Where it is written.', { defaultText: 'nowhere', from: ['flag'] }),
  secret: textOption('<token>', 'none', 'From the environment alone.', { from: ['environment'] }),
  fast: switchOption('Hurries.'),
};

const command: Command<typeof options> = {
  name: 'tickloom replay',
  about: 'Replays a log.',
  options,
  positionals: [
    { name: 'log', required: true, help: 'The data directory.' },
    { name: 'until', required: false, help: 'The last sequence.' },
  ],
};

function read(args: string[], environment = {}, values?: Record<string, unknown>) {
  const result = readOptions(command, args, environment, values && { name: 'file', values });
  if (result === 'help') throw new Error('help');
  return result;
}

function faultsOf(args: string[], environment = {}): readonly string[] {
  try {
    read(args, environment);
  } catch (error) {
    return (error as UsageError).lines;
  }
  return [];
}

describe('readOptions', () => {
  it('gives values, where they came from, and what is no option', () => {
    const { values, sources, positionals } = read(
      ['dir', '--fast', '5', '--out', '-'],
      { TICKLOOM_SECRET: 's' },
      { rate: 7 },
    );
    // A switch takes no value from the next word.
    expect(positionals).toEqual(['dir', '5']);
    expect(values).toEqual({ rate: 7, mode: 'one', out: '-', secret: 's', fast: true });
    expect(sources).toEqual({
      rate: 'file',
      mode: 'default',
      out: 'flag',
      secret: 'environment',
      fast: 'flag',
    });
  });

  it('takes an option only from where it may come', () => {
    expect(read(['dir'], { TICKLOOM_OUT: 'x' }, { out: 'x', secret: 'x' }).values).toMatchObject({
      out: undefined,
      secret: 'none',
    });
    expect(faultsOf(['dir', '--secret=x'])[0]).toContain('--secret: no such option');
  });

  it('asks for what is missing, and says what is too much', () => {
    expect(faultsOf([])).toEqual(['<log>: missing; The data directory.']);
    expect(faultsOf(['a', '5', 'b', 'c'])).toEqual([
      '"b": one argument too many; options begin with --',
      '"c": one argument too many; options begin with --',
    ]);
    expect(faultsOf(['--', '-x'])).toEqual([]);
    expect(faultsOf(['dir', '--mode', 'two'])).toEqual(['--mode: "two" must be one']);
  });

  it('throws one error with all lines', () => {
    expect(() => read(['--rate=0', '--mode=x', 'dir'])).toThrow(
      new UsageError(['--rate: "0" must be a whole number from 1 to 100', '--mode: "x" must be one']),
    );
  });
});

describe('helpText', () => {
  it('is complete', () => {
    expect(helpText({ ...command, notes: ['A note.'] })).toBe(
      `Usage: tickloom replay <log> [until] [options]

Replays a log.

Arguments:
  <log>                   The data directory.
  <until>                 The last sequence.

Options:
  --rate <number>         Orders per second. Default: as fast as it goes. TICKLOOM_RATE.
  --mode <one>            The only mode. Default: one. TICKLOOM_MODE.
  --out <file>            Where it is written. Default: nowhere.
  TICKLOOM_SECRET         From the environment alone. Default: none.
  --fast                  Hurries. TICKLOOM_FAST.
  -h, --help              Prints this text.

A note.`,
    );
  });

  it('names one argument, or none', () => {
    const [log] = command.positionals!;
    const one = helpText({ name: 'x', about: 'Y.', options: {}, positionals: [log!] });
    expect(one).toContain('Usage: x <log> [options]\n\nY.\n\nArguments:\n  <log> ');
    expect(helpText({ name: 'x', about: 'Y.', options: {} })).toBe(
      'Usage: x [options]\n\nY.\n\nOptions:\n  -h, --help              Prints this text.',
    );
  });
});
