/** The configuration file: the instruments of an exchange, and defaults of the options of `tickloom start`. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { findJsonFault } from '../access/json-fault.js';
import { instrumentFault, SYMBOL_PATTERN, type UnlistedInstrument } from '../model/instrument.js';
import { MAX_SYMBOL_BYTES, MAX_WHOLE } from '../model/limits.js';
import { decimalsOf, formatDecimal, formatSteps, readDecimal } from '../wire/decimal.js';
import { type FieldRules, issueLines, nearestText, pathText, shownValue } from '../wire/field-fault.js';
import { namesOf, priorities } from '../wire/term-names.js';
import { mayComeFrom, type OptionTable, UsageError } from './option-table.js';

export interface Config {
  /** The file, as it was named. */
  readonly name: string;
  readonly instruments: readonly UnlistedInstrument[];
  /** The other keys, as JSON has them; the option table reads them. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** A plain decimal with a digit that is not zero. */
const decimal = z.union([z.string().regex(/^(?=.*[1-9])[0-9]+(\.[0-9]+)?$/), z.number().positive()]);
const decimals = z.int().min(0).max(15).optional();

/** The same, and zero, which is for none. */
const decimalOrNone = z.union([z.string().regex(/^[0-9]+(\.[0-9]+)?$/), z.number().nonnegative()]).optional();

/** An instrument of the file. Decimals default to those that tick and lot size are written with. */
export const instrumentConfigSchema = z.strictObject({
  symbol: z.string().regex(SYMBOL_PATTERN).max(MAX_SYMBOL_BYTES),
  tickSize: decimal,
  lotSize: decimal,
  priceDecimals: decimals,
  sizeDecimals: decimals,
  minPrice: decimal,
  maxPrice: decimal,
  minSize: decimal,
  maxSize: decimal,
  priority: z.enum(namesOf(priorities)).optional(),
  minNotional: decimalOrNone,
  maxNotional: decimalOrNone,
  collar: decimalOrNone,
});
type InstrumentConfig = z.output<typeof instrumentConfigSchema>;

const instrumentRules: FieldRules = {
  symbol: `1 to ${MAX_SYMBOL_BYTES} letters, digits, dots, hyphens, underscores or slashes`,
  tickSize: 'a decimal over zero',
  lotSize: 'a decimal over zero',
  priceDecimals: 'a whole number from 0 to 15',
  sizeDecimals: 'a whole number from 0 to 15',
  minPrice: 'a decimal over zero',
  maxPrice: 'a decimal over zero',
  minSize: 'a decimal over zero',
  maxSize: 'a decimal over zero',
  priority: "'priceTime', 'proRata' or 'proRataTopOrder'",
  minNotional: 'a decimal, 0 for none',
  maxNotional: 'a decimal, 0 for none',
  collar: 'a decimal, 0 for none',
};

interface Root extends Readonly<Record<string, unknown>> {
  readonly instruments?: unknown;
}

/**
 * Reads a configuration file.
 *
 * @throws UsageError where it cannot be read, is not JSON, or holds what cannot be: one line for each fault
 */
export function readConfigFile(path: string, options: OptionTable): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UsageError([
      `${path}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}; name another with --config`,
    ]);
  }
  return parseConfig(text, path, options);
}

/** The same for the text of a file; `name` stands at the front of each fault. */
export function parseConfig(text: string, name: string, options: OptionTable): Config {
  // Editors on Windows put a byte order mark at the front.
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  const fault = findJsonFault(json);
  if (fault !== undefined)
    throw new UsageError([
      `${name}: line ${fault.line}, column ${fault.column}: is not JSON: ${fault.problem}`,
    ]);
  const root: unknown = JSON.parse(json);
  if (typeof root !== 'object' || root === null || Array.isArray(root))
    throw new UsageError([`${name}: ${shownValue(root)} must be an object with instruments and options`]);
  const reading = new ConfigReading(root as Root);
  reading.checkKeys(options);
  const instruments = reading.instruments();
  if (reading.faults.length > 0) throw new UsageError(reading.faults.map((line) => `${name}: ${line}`));
  const { instruments: _, ...values } = root as Root;
  return { name, instruments, values };
}

class ConfigReading {
  readonly faults: string[] = [];
  readonly #root: Root;

  constructor(root: Root) {
    this.#root = root;
  }

  checkKeys(options: OptionTable): void {
    const names = Object.keys(options).filter((name) => mayComeFrom(options[name]!, 'file'));
    const known = ['instruments', ...names];
    for (const key of Object.keys(this.#root))
      if (!known.includes(key))
        this.faults.push(`${pathText([key])}: no such field; ${nearestText(key, known)}`);
  }

  instruments(): UnlistedInstrument[] {
    const list = this.#root.instruments ?? [];
    if (!Array.isArray(list)) {
      this.faults.push(`instruments: ${shownValue(list)} must be a list of instruments`);
      return [];
    }
    const instruments: UnlistedInstrument[] = [];
    const places = new Map<string, number>();
    for (const [index, value] of list.entries()) {
      const parsed = instrumentConfigSchema.safeParse(value);
      if (!parsed.success) {
        this.#addIssues(parsed.error.issues, index);
        continue;
      }
      const { symbol } = parsed.data;
      const first = places.get(symbol);
      if (first === undefined) places.set(symbol, index);
      else
        this.faults.push(
          `instruments[${index}].symbol: ${shownValue(symbol)} is there already, in instruments[${first}]`,
        );
      const instrument = this.#instrument(parsed.data, index);
      if (instrument !== undefined) instruments.push(instrument);
    }
    return instruments;
  }

  #addIssues(issues: readonly z.core.$ZodIssue[], index: number): void {
    const known = Object.keys(instrumentConfigSchema.shape);
    const lines = issues.flatMap((issue) => {
      const placed = { ...issue, path: ['instruments', index, ...issue.path] };
      return issueLines(placed, this.#root, issue.path.length === 0 ? {} : instrumentRules, known);
    });
    // A value that breaks two rules of its schema breaks the one that people read.
    this.faults.push(...new Set(lines));
  }

  /** Undefined where something is wrong with it; `faults` says what. */
  #instrument(config: InstrumentConfig, index: number): UnlistedInstrument | undefined {
    const before = this.faults.length;
    const priceDecimals = config.priceDecimals ?? decimalsOf(config.tickSize);
    const sizeDecimals = config.sizeDecimals ?? decimalsOf(config.lotSize);
    const units = (field: keyof InstrumentConfig, decimals: number) =>
      this.#units(config[field]!, `instruments[${index}].${field}`, decimals);
    const steps = (field: keyof InstrumentConfig, stepField: 'tickSize' | 'lotSize', step: number) =>
      this.#steps(
        config[field]!,
        `instruments[${index}].${field}`,
        stepField,
        step,
        stepField === 'tickSize' ? priceDecimals : sizeDecimals,
      );
    const tickSize = units('tickSize', priceDecimals);
    const lotSize = units('lotSize', sizeDecimals);
    if (this.faults.length > before) return undefined;
    const notional = (field: 'minNotional' | 'maxNotional') =>
      this.#notional(
        config[field] ?? 0,
        `instruments[${index}].${field}`,
        priceDecimals + sizeDecimals,
        BigInt(tickSize) * BigInt(lotSize),
      );
    const instrument: UnlistedInstrument = {
      symbol: config.symbol,
      priceDecimals,
      sizeDecimals,
      tickSize,
      lotSize,
      minPriceTicks: steps('minPrice', 'tickSize', tickSize),
      maxPriceTicks: steps('maxPrice', 'tickSize', tickSize),
      minSizeLots: steps('minSize', 'lotSize', lotSize),
      maxSizeLots: steps('maxSize', 'lotSize', lotSize),
      priority: priorities[config.priority ?? 'priceTime'],
      minNotional: notional('minNotional'),
      maxNotional: notional('maxNotional'),
      collarTicks: config.collar === undefined ? 0 : steps('collar', 'tickSize', tickSize),
    };
    if (this.faults.length > before) return undefined;
    // Any number will do here: the real one is given when the instrument is listed.
    const fault = instrumentFault({ id: 1, ...instrument });
    if (fault !== undefined) this.faults.push(`instruments[${index}] (${config.symbol}): ${fault}`);
    return instrument;
  }

  /** A decimal in units of its last decimal; 0 after a fault. */
  #units(value: string | number, path: string, decimals: number): number {
    const units = readDecimal(value, decimals);
    if (typeof units === 'number') return units;
    const fault =
      units === 'too-many-decimals'
        ? `has more than ${decimals} decimals`
        : 'must be under 2^53 in units of its last decimal';
    this.faults.push(`${path}: ${shownValue(value)} ${fault}`);
    return 0;
  }

  #steps(
    value: string | number,
    path: string,
    stepField: 'tickSize' | 'lotSize',
    step: number,
    decimals: number,
  ): number {
    const units = this.#units(value, path, decimals);
    if (units % step === 0) return units / step;
    const shownStep = formatSteps(1, step, decimals);
    this.faults.push(`${path}: ${shownValue(value)} must be a multiple of ${stepField}, ${shownStep}`);
    return 0;
  }

  /**
   * A decimal as ticks times lots; 0 after a fault. `step` is one tick times one lot, in units of the last of `decimals`.
   * Those units may pass 2^53 where the result does not.
   */
  #notional(value: string | number, path: string, decimals: number, step: bigint): number {
    const written = Math.min(decimalsOf(value), decimals);
    const units = BigInt(this.#units(value, path, written)) * 10n ** BigInt(decimals - written);
    const notional = units / step;
    if (units % step !== 0n)
      this.faults.push(
        `${path}: ${shownValue(value)} must be a multiple of tickSize times lotSize, ${formatDecimal(step, decimals)}`,
      );
    else if (notional > MAX_WHOLE)
      this.faults.push(`${path}: ${shownValue(value)} must be under 2^53 in ticks times lots`);
    return Number(notional);
  }
}
