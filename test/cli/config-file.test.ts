import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig, readConfigFile } from '../../src/cli/config-file.js';
import { UsageError } from '../../src/cli/option-table.js';
import { startOptions } from '../../src/cli/options.js';
import { DEFAULT_RULES, instrumentFault, Priority } from '../../src/model/instrument.js';
import { instrumentObject } from '../../src/wire/instrument-object.js';

const FILE = 'tickloom.config.json';
const bitcoin = {
  symbol: 'BTC-USD',
  tickSize: '0.05',
  lotSize: '0.0001',
  minPrice: '0.05',
  maxPrice: '1000000',
  minSize: '0.0001',
  maxSize: '1000',
};

const parse = (config: unknown) => parseConfig(JSON.stringify(config), FILE, startOptions);

function faultsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.message).toBe(error.lines.join('\n'));
    for (const line of error.lines) expect(line).toMatch(/^[\x20-\x7e]+$/);
    return error.lines;
  }
  return [];
}

const faults = (config: unknown) => faultsOf(() => parse(config));
const instrumentFaults = (change: object) => faults({ instruments: [{ ...bitcoin, ...change }] });

describe('a configuration', () => {
  it('becomes instruments in ticks and lots', () => {
    expect(parse({ instruments: [bitcoin] }).instruments).toEqual([
      {
        symbol: 'BTC-USD',
        priceDecimals: 2,
        sizeDecimals: 4,
        tickSize: 5,
        lotSize: 1,
        minPriceTicks: 1,
        maxPriceTicks: 20_000_000,
        minSizeLots: 1,
        maxSizeLots: 10_000_000,
        ...DEFAULT_RULES,
      },
    ]);
  });

  it.each([
    [{}, 2, 4],
    [{ tickSize: '0.050' }, 3, 4],
    [{ tickSize: 0.05, lotSize: 0.0001 }, 2, 4],
    [{ tickSize: '5', minPrice: '5', lotSize: '1', minSize: 1 }, 0, 0],
    [{ priceDecimals: 4, sizeDecimals: 8 }, 4, 8],
  ])('takes the decimals that %j says or is written with', (change, priceDecimals, sizeDecimals) => {
    const [instrument] = parse({ instruments: [{ ...bitcoin, ...change }] }).instruments;
    expect(instrument).toMatchObject({ priceDecimals, sizeDecimals });
    expect(instrumentFault({ id: 1, ...instrument! })).toBeUndefined();
  });

  it('is what GET /instruments shows, less the number', () => {
    const [instrument] = parse({ instruments: [bitcoin] }).instruments;
    const { id, ...shown } = instrumentObject({ id: 4, ...instrument! });
    expect(id).toBe(4);
    expect(parse({ instruments: [shown] }).instruments).toEqual([instrument]);
  });

  it('may give priority, bounds of notional and a collar, in ticks and in ticks times lots', () => {
    const rules = {
      priority: 'proRataTopOrder',
      minNotional: '10',
      maxNotional: 1_000_000.5,
      collar: '25.05',
    };
    // One tick times one lot is 0.000005.
    expect(parse({ instruments: [{ ...bitcoin, ...rules }] }).instruments[0]).toMatchObject({
      priority: Priority.ProRataTopOrder,
      minNotional: 2_000_000,
      maxNotional: 200_000_100_000,
      collarTicks: 501,
    });
    const none = { priority: 'priceTime', minNotional: 0, maxNotional: '0.00', collar: '0' };
    expect(parse({ instruments: [{ ...bitcoin, ...none }] }).instruments[0]).toMatchObject(DEFAULT_RULES);
  });

  it('holds a notional exactly whose units are past 2^53', () => {
    const fine = {
      ...bitcoin,
      tickSize: 1,
      lotSize: 1,
      priceDecimals: 15,
      sizeDecimals: 15,
      minPrice: 1,
      minSize: 1,
    };
    const [instrument] = parse({
      instruments: [{ ...fine, maxPrice: 2, maxSize: 2, maxNotional: 3 }],
    }).instruments;
    expect(instrument).toMatchObject({ maxNotional: 3 });
  });

  it('keeps the values of options, and may have no instruments', () => {
    const config = parse({ port: 8000, 'client-id-window': '5', json: true });
    expect(config).toEqual({
      name: FILE,
      instruments: [],
      values: { port: 8000, 'client-id-window': '5', json: true },
    });
  });

  it('may begin with a byte order mark', () => {
    expect(parseConfig('\ufeff{"port": 1}', FILE, startOptions).values).toEqual({ port: 1 });
  });
});

describe('a fault of a configuration', () => {
  it.each([
    [{ tickSize: '0' }, 'tickSize: "0" must be a decimal over zero'],
    [{ tickSize: '-0.01' }, 'tickSize: "-0.01" must be a decimal over zero'],
    [{ tickSize: 'one' }, 'tickSize: "one" must be a decimal over zero'],
    [{ tickSize: '1e-2' }, 'tickSize: "1e-2" must be a decimal over zero'],
    [{ tickSize: null }, 'tickSize: null must be a decimal over zero'],
    [{ tickSize: [] }, 'tickSize: a list must be a decimal over zero'],
    [{ tickSize: undefined }, 'tickSize: missing; must be a decimal over zero'],
    [{ lotSize: 0 }, 'lotSize: 0 must be a decimal over zero'],
    [{ tickSize: '0.001', priceDecimals: 2 }, 'tickSize: "0.001" has more than 2 decimals'],
    [{ minPrice: '0.051' }, 'minPrice: "0.051" has more than 2 decimals'],
    [{ maxPrice: '100.01' }, 'maxPrice: "100.01" must be a multiple of tickSize, 0.05'],
    [{ minSize: '0.0003', lotSize: '0.0002' }, 'minSize: "0.0003" must be a multiple of lotSize, 0.0002'],
    [{ maxPrice: '1e9' }, 'maxPrice: "1e9" must be a decimal over zero'],
    [
      { maxPrice: '90071992547410' },
      'maxPrice: "90071992547410" must be under 2^53 in units of its last decimal',
    ],
    [{ minPrice: 0 }, 'minPrice: 0 must be a decimal over zero'],
    [{ priceDecimals: 16 }, 'priceDecimals: 16 must be a whole number from 0 to 15'],
    [{ priceDecimals: 1e300 }, 'priceDecimals: 1e+300 must be a whole number from 0 to 15'],
    [{ sizeDecimals: '4' }, 'sizeDecimals: "4" must be a whole number from 0 to 15'],
    [{ symbol: '' }, 'symbol: "" must be 1 to 31 letters, digits, dots, hyphens, underscores or slashes'],
    [{ symbol: 'BTC USD' }, 'symbol: "BTC USD" must be 1 to 31 letters'],
    [{ symbol: '\u20bf' }, 'symbol: "\\u20bf" must be 1 to 31 letters'],
    [{ symbol: 'x'.repeat(32) }, 'symbol: "xxxx'],
    [{ symbol: undefined }, 'symbol: missing; must be 1 to 31 letters'],
    [{ ticksize: '1' }, 'ticksize: no such field; the nearest is tickSize'],
    [{ priority: 'fifo' }, "priority: \"fifo\" must be 'priceTime', 'proRata' or 'proRataTopOrder'"],
    [{ minNotional: '-1' }, 'minNotional: "-1" must be a decimal, 0 for none'],
    [{ maxNotional: 'much' }, 'maxNotional: "much" must be a decimal, 0 for none'],
    [{ minNotional: '0.0000005' }, 'minNotional: "0.0000005" has more than 6 decimals'],
    [
      { minNotional: '0.000001' },
      'minNotional: "0.000001" must be a multiple of tickSize times lotSize, 0.000005',
    ],
    [
      { maxNotional: '9007199254740991' },
      'maxNotional: "9007199254740991" must be under 2^53 in ticks times lots',
    ],
    [{ collar: '0.01' }, 'collar: "0.01" must be a multiple of tickSize, 0.05'],
    [{ collar: null }, 'collar: null must be a decimal, 0 for none'],
    [{ id: 1 }, 'id: no such field; known are symbol, tickSize,'],
  ])('names path and value of %j', (change, line) => {
    const [fault, ...others] = instrumentFaults(change);
    expect(fault).toContain(`${FILE}: instruments[0].${line}`);
    expect(others).toEqual([]);
  });

  it.each([
    [{ minPrice: '10', maxPrice: '5' }, 'its largest price of 100 ticks is under its smallest of 200'],
    [{ maxSize: '100000000' }, 'is over 2^53'],
    [
      { minNotional: '10', maxNotional: '5' },
      'its largest notional of 1000000 is under its smallest of 2000000',
    ],
    [
      { tickSize: '0.00000000000000005', minPrice: '0.00000000000000005', maxPrice: '0.0000000000000001' },
      'price decimals 17',
    ],
  ])('names the instrument of which %j says what cannot be', (change, line) => {
    const [fault, ...others] = instrumentFaults(change);
    expect(fault).toContain(`${FILE}: instruments[0] (BTC-USD): its `);
    expect(fault).toContain(line);
    expect(others).toEqual([]);
  });

  it.each([
    [[], 'a list must be an object'],
    [null, 'null must be an object'],
    ['x', '"x" must be an object'],
    [{ instruments: {} }, 'instruments: an object must be a list of instruments'],
    [{ instruments: [5] }, 'instruments[0]: 5 must be an object'],
    [{ instruments: [null] }, 'instruments[0]: null must be an object'],
    [{ instruments: [[]] }, 'instruments[0]: a list must be an object'],
    [{ prot: 1 }, 'prot: no such field; the nearest is port'],
    [{ clientIdWindow: 1 }, 'clientIdWindow: no such field; the nearest is client-id-window'],
    [{ instrument: [] }, 'instrument: no such field; the nearest is instruments'],
    [{ help: true }, 'help: no such field'],
    [{ config: 'x' }, 'config: no such field'],
    [{ 'a b': 1 }, '"a b": no such field; known are instruments, port'],
    [JSON.parse('{"__proto__": 1}'), '__proto__: no such field'],
  ])('is found in %j', (config, line) => {
    const found = faults(config);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${FILE}: ${line}`);
  });

  it('names both places of a symbol that is there twice', () => {
    const other = { ...bitcoin, symbol: 'ACME' };
    expect(faults({ instruments: [bitcoin, other, bitcoin] })).toEqual([
      `${FILE}: instruments[2].symbol: "BTC-USD" is there already, in instruments[0]`,
    ]);
  });

  it('stands beside all the others, one line each', () => {
    const instruments = [
      { ...bitcoin, tickSize: '0', lotSize: 'x' },
      { ...bitcoin, maxPrice: '0.01', minSize: '0.00001' },
      { ...bitcoin, minPrice: '0.051' },
    ];
    expect(faults({ prot: 1, instruments })).toEqual([
      `${FILE}: prot: no such field; the nearest is port`,
      `${FILE}: instruments[0].tickSize: "0" must be a decimal over zero`,
      `${FILE}: instruments[0].lotSize: "x" must be a decimal over zero`,
      `${FILE}: instruments[1].maxPrice: "0.01" must be a multiple of tickSize, 0.05`,
      `${FILE}: instruments[1].minSize: "0.00001" has more than 4 decimals`,
      `${FILE}: instruments[2].symbol: "BTC-USD" is there already, in instruments[1]`,
      `${FILE}: instruments[2].minPrice: "0.051" has more than 2 decimals`,
    ]);
  });

  it('in its JSON has line and column', () => {
    expect(faultsOf(() => parseConfig('{\n  "port": 9001,\n}', FILE, startOptions))).toEqual([
      `${FILE}: line 3, column 1: is not JSON: "}" where a key in double quotes must be`,
    ]);
  });
});

describe('a configuration file', () => {
  it('is read, or said to be missing, by the name that was given', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tickloom-config-'));
    try {
      const path = join(directory, 'mine.json');
      expect(faultsOf(() => readConfigFile(path, startOptions))).toEqual([
        `${path}: there is no such file; name another with --config`,
      ]);
      expect(faultsOf(() => readConfigFile(directory, startOptions))).toEqual([
        `${directory}: cannot be read (EISDIR); name another with --config`,
      ]);
      writeFileSync(path, JSON.stringify({ instruments: [bitcoin] }));
      expect(readConfigFile(path, startOptions)).toMatchObject({
        name: path,
        instruments: [{ symbol: 'BTC-USD' }],
      });
      writeFileSync(path, '{"port": ');
      expect(faultsOf(() => readConfigFile(path, startOptions))[0]).toContain(`${path}: line 1, column 10: `);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('comes with the project, and lists three instruments', () => {
    const path = new URL('../../tickloom.config.json', import.meta.url);
    const { instruments } = parseConfig(readFileSync(path, 'utf8'), FILE, startOptions);
    expect(instruments.map(({ symbol }) => symbol)).toEqual(['BTC-USD', 'ETH-USD', 'ACME']);
    expect(instruments[2]).toEqual({
      symbol: 'ACME',
      priceDecimals: 2,
      sizeDecimals: 0,
      tickSize: 1,
      lotSize: 1,
      minPriceTicks: 1,
      maxPriceTicks: 10_000_000,
      minSizeLots: 1,
      maxSizeLots: 1_000_000,
      ...DEFAULT_RULES,
    });
  });
});
