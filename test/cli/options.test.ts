import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/option-table.js';
import { readStartOptions, type StartRequest, startOptions } from '../../src/cli/options.js';

let directory: string;
let config: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tickloom-options-'));
  config = join(directory, 'c.json');
  writeFileSync(config, '{}');
});
afterEach(() => rmSync(directory, { recursive: true }));

function read(args: string[], environment: Record<string, string> = {}, file: object = {}): StartRequest {
  writeFileSync(config, JSON.stringify(file));
  const request = readStartOptions(args, { TICKLOOM_CONFIG: config, ...environment });
  if (typeof request === 'string') throw new Error('gave the help text');
  return request;
}

function faultsOf(
  args: string[],
  environment: Record<string, string> = {},
  file: object = {},
): readonly string[] {
  try {
    read(args, environment, file);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.lines;
  }
  return [];
}

const defaults = {
  port: 9001,
  host: '127.0.0.1',
  data: './data',
  config: 'tickloom.config.json',
  shards: 1,
  gateways: 1,
  durability: 'fsync',
  transport: 'auto',
  clientIdWindow: undefined,
  maxOpenOrders: undefined,
  segmentBytes: 64 * 1024 * 1024,
  follower: 'on',
  snapshotCommands: 4_194_304,
  oldSegments: 'archive',
  postgres: 'embedded',
  redis: undefined,
  storeWriteMs: 10,
  storeDelayMs: 5,
  storeBacklog: 67_108_864,
  keys: undefined,
  tlsCert: undefined,
  tlsKey: undefined,
  messageBytes: 65_536,
  maxConnections: 16_384,
  maxConnectionsPerAddress: 4_096,
  messagesPerSecond: 20_000,
  ordersPerSecond: 10_000,
  signatureWindowMs: 5_000,
  idleSeconds: 120,
  handshakeMs: 10_000,
  requestMs: 10_000,
  orderAgeMs: 0,
  clientBacklogBytes: 33_554_432,
  clientStallMs: 3_500,
  backgroundNiceness: 15,
  log: undefined,
  logLevel: 'info',
  restarts: 10,
  json: false,
};

/** For each option two values that are not the default. */
const samples: Record<string, readonly [string | number | boolean, string | number | boolean]> = {
  port: [0, 65535],
  host: ['0.0.0.0', '::1'],
  data: ['/tmp/a', 'b'],
  shards: [32, 2],
  gateways: [16, 2],
  durability: ['os', 'none'],
  transport: ['uws', 'node'],
  'client-id-window': [1, 2 ** 24],
  'max-open-orders': [0, 2 ** 23],
  'segment-bytes': [2 ** 22, 2 ** 30],
  follower: ['off', 'on'],
  'snapshot-commands': [1000, 5000],
  'old-segments': ['remove', 'keep'],
  postgres: ['off', 'postgres://localhost/a'],
  redis: ['redis://localhost', 'redis://other'],
  'store-write-ms': [1, 1000],
  'store-delay-ms': [1, 1000],
  'store-backlog': [1000, 5000],
  'background-niceness': [0, 19],
  keys: ['a.json', 'b.json'],
  'tls-cert': ['a.pem', 'b.pem'],
  'tls-key': ['c.pem', 'd.pem'],
  'message-bytes': [1024, 4096],
  'max-connections': [1, 1_000_000],
  'max-connections-per-address': [1, 1_000_000],
  'messages-per-second': [1, 1_000_000],
  'orders-per-second': [1, 1_000_000],
  'signature-window-ms': [100, 60_000],
  'idle-seconds': [8, 960],
  'handshake-ms': [100, 600_000],
  'request-ms': [100, 600_000],
  'order-age-ms': [1, 600_000],
  'client-backlog-bytes': [65_536, 1_073_741_824],
  'client-stall-ms': [100, 600_000],
  log: ['off', '-'],
  'log-level': ['debug', 'error'],
  restarts: [0, 1000],
  json: [true, true],
};

/** `client-id-window` as its field. */
function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

describe('the options of tickloom start', () => {
  it('have defaults', () => {
    expect(read([]).options).toEqual({ ...defaults, config });
    expect(Object.keys(startOptions).sort()).toEqual([...Object.keys(samples), 'config'].sort());
  });

  it.each(Object.keys(samples))(
    '--%s wins over the environment, that over the file, that over the default',
    (name) => {
      const field = camelCase(name);
      const variable = `TICKLOOM_${name.toUpperCase().replaceAll('-', '_')}`;
      const [one, two] = samples[name]!;
      // Without a journal there is nothing that tables could be made from.
      const withValue = (value: unknown) => ({
        ...defaults,
        config,
        ...(value === 'none' ? { postgres: 'off' } : {}),
        [field]: value,
      });
      const flag = typeof one === 'boolean' ? [`--${name}`] : [`--${name}`, String(one)];
      expect(read([], {}, { [name]: one }).options).toEqual(withValue(one));
      expect(read([], { [variable]: String(two) }, { [name]: one }).options).toEqual(withValue(two));
      expect(read(flag, { [variable]: String(two) }, { [name]: two }).options).toEqual(withValue(one));
      expect(read([`--${name}=${two}`], {}, {}).options).toEqual(withValue(two));
    },
  );

  it('are on or off in any of the usual words', () => {
    expect(read(['--json=false'], { TICKLOOM_JSON: '1' }).options.json).toBe(false);
    expect(read([], { TICKLOOM_JSON: '0' }, { json: true }).options.json).toBe(false);
    expect(read([], { TICKLOOM_JSON: '1' }).options.json).toBe(true);
  });

  it('take an empty environment variable as not set, and the last of two flags', () => {
    expect(read([], { TICKLOOM_PORT: '' }, { port: 5 }).options.port).toBe(5);
    expect(read(['--port', '1', '--port=2']).options.port).toBe(2);
    expect(read(['--client-id-window', '1_000_000']).options.clientIdWindow).toBe(1_000_000);
  });

  it.each([
    [['--port', '65536'], '--port: "65536" must be a whole number from 0 to 65535'],
    [['--port', '-1'], '--port: "-1" must be a whole number from 0 to 65535'],
    [['--port=abc'], '--port: "abc" must be a whole number from 0 to 65535'],
    [['--port=1.5'], '--port: "1.5" must be'],
    [['--port='], '--port: "" must be'],
    [['--port'], '--port: missing; must be a whole number from 0 to 65535'],
    [['--data', '--json'], '--data: missing; must be a directory'],
    [['--host='], '--host: "" must be an address'],
    [['--shards', '0'], '--shards: "0" must be a whole number from 1 to 32'],
    [['--shards', '33'], '--shards: "33" must be'],
    [['--gateways', '17'], '--gateways: "17" must be a whole number from 1 to 16'],
    [['--durability', 'sync'], '--durability: "sync" must be fsync, os or none'],
    [['--transport', 'ws'], '--transport: "ws" must be auto, uws or node'],
    [
      ['--segment-bytes', '1000'],
      '--segment-bytes: "1000" must be a multiple of 4096 from 65536 to 1073741824',
    ],
    [['--segment-bytes', '5000000'], '--segment-bytes: "5000000" must be a multiple of 4096'],
    [['--max-open-orders', '8388609'], '--max-open-orders: "8388609" must be'],
    [['--client-id-window', '0'], '--client-id-window: "0" must be'],
    [['--json=maybe'], '--json: "maybe" must be true or false'],
    [['--prot', '80'], '--prot: no such option; the nearest is port'],
    [['--clientIdWindow=5'], '--clientIdWindow: no such option; the nearest is client-id-window'],
    [['--constructor'], '--constructor: no such option; known are port, host'],
    [['-p', '80'], '-p: no such option; known are'],
    [['start'], '"start": one argument too many'],
    [['--', '--port'], '"--port": one argument too many'],
  ])('say what is wrong with %j', (args, line) => {
    const faults = faultsOf(args);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(line);
  });

  it('name the variable or the file that is wrong', () => {
    expect(faultsOf([], { TICKLOOM_PORT: 'x' })).toEqual([
      'TICKLOOM_PORT: "x" must be a whole number from 0 to 65535',
    ]);
    expect(faultsOf([], {}, { port: 'x' })).toEqual([
      `${config}: port: "x" must be a whole number from 0 to 65535`,
    ]);
    expect(faultsOf([], {}, { port: [1] })).toEqual([
      `${config}: port: a list must be a whole number from 0 to 65535`,
    ]);
    expect(faultsOf([], {}, { port: null })[0]).toContain(`${config}: port: null must be`);
    expect(faultsOf([], {}, { json: 2 })).toEqual([`${config}: json: 2 must be true or false`]);
    expect(faultsOf([], {}, { instruments: 1 })[0]).toContain(`${config}: instruments: 1 must be a list`);
  });

  it('tell all faults at once', () => {
    expect(faultsOf(['--port=x', '--shards=0'], { TICKLOOM_GATEWAYS: '0' })).toHaveLength(3);
  });

  it('do not mind a wrong value that a stronger one hides', () => {
    expect(read(['--port', '5'], { TICKLOOM_PORT: 'x' }, { port: [] }).options.port).toBe(5);
  });
});

describe('the configuration file of tickloom start', () => {
  const instrument = {
    symbol: 'X',
    tickSize: 1,
    lotSize: 1,
    minPrice: 1,
    maxPrice: 10,
    minSize: 1,
    maxSize: 10,
  };
  let before: string;
  beforeEach(() => {
    before = process.cwd();
  });
  afterEach(() => process.chdir(before));

  it('is named by a flag before a variable', () => {
    const other = join(directory, 'other.json');
    writeFileSync(other, JSON.stringify({ port: 77, instruments: [instrument] }));
    const request = read(['--config', other], {}, { port: 5 });
    expect(request.configPath).toBe(other);
    expect(request.options).toMatchObject({ port: 77, config: other });
    expect(request.instruments.map(({ symbol }) => symbol)).toEqual(['X']);
  });

  it('must be there where it is named', () => {
    const missing = join(directory, 'missing.json');
    expect(faultsOf(['--config', missing])).toEqual([
      `${missing}: there is no such file; name another with --config`,
    ]);
    expect(faultsOf([], { TICKLOOM_CONFIG: missing })).toHaveLength(1);
  });

  it('is that of the working directory, or else the one that comes with the package', () => {
    const own = join(directory, 'own');
    mkdirSync(own);
    process.chdir(own);
    const packaged = readStartOptions([], {}) as StartRequest;
    expect(packaged.instruments.map(({ symbol }) => symbol)).toEqual(['BTC-USD', 'ETH-USD', 'ACME']);
    writeFileSync(join(own, 'tickloom.config.json'), JSON.stringify({ instruments: [instrument] }));
    const local = readStartOptions([], {}) as StartRequest;
    expect(local.configPath).toBe('tickloom.config.json');
    expect(local.instruments.map(({ symbol }) => symbol)).toEqual(['X']);
  });
});

describe('the help of tickloom start', () => {
  it('is given whatever else is asked', () => {
    const help = readStartOptions(['--help'], {});
    expect(
      readStartOptions(['-h', '--prot=x', 'y'], { TICKLOOM_CONFIG: '/nowhere', TICKLOOM_PORT: 'x' }),
    ).toBe(help);
  });

  it('has every option with its default and its variable, in lines of 100 columns', () => {
    const help = readStartOptions(['--help'], {}) as string;
    expect(help).toMatch(/^Usage: tickloom start \[options\]\n\n/);
    for (const name of Object.keys(startOptions)) {
      expect(help).toContain(`\n  --${name}`);
      expect(help.replace(/\s+/g, ' ')).toContain(`TICKLOOM_${name.toUpperCase().replaceAll('-', '_')}.`);
    }
    const flat = help.replace(/\s+/g, ' ');
    for (const text of [
      'Default: 9001.',
      'Default: fsync.',
      'Default: tickloom.config.json, or',
      'TICKLOOM_CLOCK=test',
    ])
      expect(flat).toContain(text);
    expect(flat).toContain('TICKLOOM_CLOCK_START');
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
