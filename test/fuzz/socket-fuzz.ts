import { SeededRandomness } from '../../src/clock/randomness.js';
import { CommandKind } from '../../src/model/command.js';
import { RESUME_HISTORY_BYTES } from '../../src/model/limits.js';
import { InstrumentTable } from '../../src/wire/instrument-table.js';
import { LINE_WORDS, ORDER_INSTRUMENT, orderKind, orderLines } from '../../src/wire/order-record.js';
import { type RunningExchange, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { bitcoin, stock } from '../wire/instruments.js';
import { type Attack, attacks, CONNECTION_BYTES } from './attacks.js';
import { walkRecords } from './decoders.js';
import { type Door, keyedDoor, openDoor } from './door.js';
import { FuzzFailure, type FuzzInput, shrink } from './failure.js';
import { BUYER, HEALTHY_INSTRUMENT, HEALTHY_TARGET, HealthySession, SELLER } from './healthy-session.js';
import { Mutator } from './mutator.js';
import {
  commandObjects,
  encoder,
  frameSeeds,
  handshakeSeeds,
  jsonSeeds,
  msgpackSeeds,
  rawRequestSeeds,
  recordSeeds,
  requestSeeds,
} from './seeds.js';

export interface SocketFuzzOptions {
  readonly transport: 'uws' | 'node';
  /** Whether the exchange has keys: then those who attack may nothing but with accounts of their own. */
  readonly keys: boolean;
  readonly inputs: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

export interface SocketFuzzReport {
  readonly transport: string;
  readonly keys: boolean;
  readonly inputs: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Of the session that traded meanwhile. */
  readonly healthyCommands: number;
  readonly healthyFills: number;
  readonly rssAtStart: number;
  readonly rssAtMost: number;
  readonly rssBound: number;
}

/**
 * Whose turn it is. Most inputs go through sessions and requests that stay open, since those that break a connection
 * cost one each.
 */
const TURNS = [
  ...Array<string>(8).fill('binary'),
  ...Array<string>(2).fill('msgpack'),
  ...Array<string>(2).fill('json'),
  ...Array<string>(8).fill('request'),
  ...['wire', 'wire', 'frames', 'frames', 'handshake'],
];

const WORKERS = 4;

/** Accounts of the attackers begin here: far from those that seeds name, and from the healthy session's. */
const FIRST_ACCOUNT = 1_000_000_000;
/** Of requests that name no account: the first of a key. No session hears of it. */
const NAMELESS = FIRST_ACCOUNT - 1;

/** By worker: an account for each kind of attack. */
const ATTACKERS = Array.from({ length: WORKERS }, (_, worker) =>
  Object.keys(attacks).map((_, i) => FIRST_ACCOUNT + worker * 10 + i),
);

/** Garbage that V8 has not collected yet on any of the threads, and books that mutants have filled. */
const SLACK_BYTES = 512 * 1024 * 1024;

/** What the exchange may take: what it keeps for clients that resume, what connections may hold, and the slack. */
function rssBound(rssAtStart: number): number {
  return rssAtStart + RESUME_HISTORY_BYTES + (WORKERS * 4 + 1) * CONNECTION_BYTES + SLACK_BYTES;
}

const table = new InstrumentTable();
table.add({ ...bitcoin, id: 2, symbol: 'ETH-USD', tickSize: 1, lotSize: 1, sizeDecimals: 3 }, 0);
table.add({ ...stock, id: 3, lotSize: 1 }, 0);
const records = recordSeeds(
  commandObjects.filter((one) => !['state', 'prices', 'account'].includes(String(one['type']))),
  table,
);
const frames = frameSeeds(records);
const requests = requestSeeds.map(({ method, path, body = '' }) =>
  Buffer.from(`${method}\n${path}\n${body}`),
);

const seedsOf: Readonly<Record<string, readonly Uint8Array[]>> = {
  binary: records,
  msgpack: msgpackSeeds,
  json: jsonSeeds,
  request: requests,
  wire: rawRequestSeeds,
  frames,
  handshake: handshakeSeeds,
};

/**
 * The next input of a kind. Commands that are right but for one field are made of objects, with a fresh client id.
 *
 * @param isKeyed whether the exchange knows who may do what: then some inputs are of the healthy session's accounts
 */
function nextInput(
  mutator: Mutator,
  target: string,
  count: number,
  account: number,
  isKeyed: boolean,
): FuzzInput {
  for (;;) {
    const named = isKeyed && mutator.below(8) === 0 ? mutator.pick([SELLER, BUYER, 0]) : account;
    let bytes = mutant(mutator, target, count, named);
    let text = bytes.toString('latin1');
    if (isKeyed && target === 'request') {
      // Else nearly all would be refused for an account that is not the attackers'.
      text = text.replace(/account("?[:=])\d+/g, `account$1${named === account ? NAMELESS : named}`);
      bytes = Buffer.from(text, 'latin1');
    }
    // A trade with the healthy session is no fault, but its counterparty would then be somebody else.
    if (/BTC-USD/.test(text) || (target === 'binary' && namesHealthy(bytes))) continue;
    // Without keys the operator is whoever says so, and may cancel everybody's orders: that is no fault either.
    if (isKeyed || !text.includes('account=0')) return { target, account, bytes };
  }
}

/** Whether a message of records is about the instrument in which the healthy session trades; of quotes also where it may be. */
function namesHealthy(bytes: Buffer): boolean {
  let isNamed = false;
  walkRecords(bytes, (words, at) => {
    const end = at + orderLines(words[at]!) * LINE_WORDS;
    const isQuotes = orderKind(words[at]!) === CommandKind.MassQuote;
    if (words[at + ORDER_INSTRUMENT] === HEALTHY_INSTRUMENT) isNamed = true;
    if (isQuotes && words.subarray(at, end).includes(HEALTHY_INSTRUMENT)) isNamed = true;
  });
  return isNamed;
}

function mutant(mutator: Mutator, target: string, count: number, account: number): Buffer {
  const seeds = seedsOf[target]!;
  if ((target === 'msgpack' || target === 'json') && mutator.below(2) === 0) {
    const seed = mutator.pick(commandObjects);
    const id = 'clientOrderId' in seed && seed['type'] === 'new' ? 'clientOrderId' : 'clientId';
    const own = 'account' in seed ? { account } : {};
    const value = mutator.value({ ...seed, ...own, [id]: count });
    // What JSON has no text for is a message of no bytes.
    const bytes = target === 'json' ? (JSON.stringify(value) ?? '') : encoder.encode(value);
    return Buffer.from(bytes);
  }
  const bytes = mutator.bytes(mutator.pick(seeds), seeds);
  // A change of length makes one refusal of the whole message: most keep whole records, and a fresh client id.
  if (target === 'binary' && bytes.length >= 64 && mutator.below(4) !== 0) {
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 64));
    if (mutator.below(4) !== 0) whole.writeUInt32LE(account, 12);
    if (mutator.below(2) === 0) whole.writeUInt32LE(count >>> 0, 16);
    return whole;
  }
  return bytes;
}

/**
 * Sends mutated inputs to an exchange of its own, while a healthy session trades there.
 *
 * @throws FuzzFailure with the fewest inputs that an exchange was found to fail at
 */
export async function fuzzSockets(options: SocketFuzzOptions): Promise<SocketFuzzReport> {
  const { transport, seed, keys } = options;
  const { exchange, door } = await start(transport, keys);
  const recent: FuzzInput[][] = [];
  try {
    return await attack(exchange, door, options, recent);
  } catch (error) {
    const message = `${transport}: ${(error as Error).message}${deathOf(exchange)}`;
    exchange.process.kill('SIGKILL');
    const suspects = recent.flat();
    // Where the same inputs, one by one, do not fail a fresh exchange, all that were on their way are told.
    const isKnown = await fails(transport, keys, suspects);
    const smallest = isKnown
      ? await shrink(suspects, (inputs) => fails(transport, keys, inputs), 40)
      : suspects;
    throw new FuzzFailure(message, seed, smallest);
  } finally {
    if (exchange.process.child.exitCode === null) exchange.process.kill('SIGKILL');
    await exchange.process.ended;
  }
}

interface Fuzzed {
  readonly exchange: RunningExchange;
  readonly door: Door;
}

async function start(transport: string, keys: boolean): Promise<Fuzzed> {
  const data = temporaryDirectory();
  const door = keys ? keyedDoor(data, [NAMELESS, ...ATTACKERS.flat()]) : openDoor;
  const options = ['--transport', transport, '--shards', '1', '--durability', 'os', ...door.options];
  return { exchange: await startExchange(options, data), door };
}

function deathOf({ process }: RunningExchange): string {
  const { exitCode, signalCode } = process.child;
  if (exitCode === null && signalCode === null) return '';
  return `; the exchange has ended with ${exitCode ?? signalCode}: ${process.stderr.slice(-500)}`;
}

async function attack(
  exchange: RunningExchange,
  door: Door,
  { transport, keys, inputs, seed, signal, onProgress }: SocketFuzzOptions,
  recent: FuzzInput[][],
): Promise<SocketFuzzReport> {
  const rssAtStart = await checkExchange(exchange, door);
  const bound = rssBound(rssAtStart);
  const counts: Record<string, number> = {};
  const healthy = await HealthySession.open(`ws://127.0.0.1:${exchange.port}${door.healthy(HEALTHY_TARGET)}`);
  let given = 0;
  let done = 0;
  let rssAtMost = rssAtStart;
  let isOver = false;
  const worker = async (number: number) => {
    const mutator = new Mutator(new SeededRandomness(seed * WORKERS + number));
    const own = Object.entries(attacks).map(([name, make], i) => {
      const account = ATTACKERS[number]![i]!;
      return [name, { account, one: make(account, door) }] as const;
    });
    const byName = new Map(own);
    while (given < inputs && !isOver && !signal?.aborted) {
      const { one, account } = byName.get(mutator.pick(TURNS))!;
      const size = Math.min(inputs - given, one.batch);
      given += size;
      const batch = Array.from({ length: size }, (_, i) =>
        nextInput(mutator, one.target, given + i, account, keys),
      );
      recent[number] = batch;
      await one.run(exchange.port, batch);
      counts[one.target] = (counts[one.target] ?? 0) + size;
      done += size;
    }
    for (const { one } of byName.values()) one.close();
  };
  const watch = async () => {
    while (!isOver) {
      rssAtMost = Math.max(rssAtMost, await checkExchange(exchange, door));
      if (rssAtMost > bound)
        throw new Error(`it has ${rssAtMost} bytes of memory, over the bound of ${bound}`);
      onProgress?.(done);
      for (let i = 0; i < 20 && !isOver; i++) await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  const stop = () => {
    isOver = true;
    healthy.stop();
  };
  const work = Promise.all(Array.from({ length: WORKERS }, (_, i) => worker(i))).finally(stop);
  await Promise.all([work, healthy.trade().finally(stop), watch().finally(stop)]);
  healthy.close();
  rssAtMost = Math.max(rssAtMost, await checkExchange(exchange, door));
  const { code, signal: killed, stderr } = await exchange.process.stop();
  if (code !== 0 || stderr !== '') throw new Error(`it ended with ${code ?? killed}: ${stderr}`);
  const figures = { rssAtStart, rssAtMost, rssBound: bound };
  const { commands: healthyCommands, fills: healthyFills } = healthy;
  return { transport, keys, inputs: done, counts, healthyCommands, healthyFills, ...figures };
}

/** Looks whether an exchange is well: the same process, all threads the first of their kind. Returns its memory. */
async function checkExchange(exchange: RunningExchange, door: Door): Promise<number> {
  if (exchange.process.child.exitCode !== null || exchange.process.child.signalCode !== null)
    throw new Error('the exchange has ended');
  const response = await fetch(`${exchange.url}/health`);
  const health = (await response.json()) as { status: string; shards: { restarts: number }[] };
  if (response.status !== 200 || health.shards.some(({ restarts }) => restarts !== 0))
    throw new Error(`it is not well: ${JSON.stringify(health)}`);
  const metrics = await (await fetch(`${exchange.url}/metrics`, { headers: door.watching })).text();
  const match = /^tickloom_resident_memory_bytes (\S+)$/m.exec(metrics);
  if (match === null) throw new Error('the metrics have no memory of the process');
  return Number(match[1]);
}

/** Whether a fresh exchange fails at these inputs. */
async function fails(transport: string, keys: boolean, inputs: readonly FuzzInput[]): Promise<boolean> {
  const { exchange, door } = await start(transport, keys);
  const own = new Map<string, Attack>();
  try {
    for (const input of inputs) {
      const { target, account = FIRST_ACCOUNT } = input;
      const one = own.get(`${target} ${account}`) ?? attacks[target]!(account, door);
      own.set(`${target} ${account}`, one);
      await one.run(exchange.port, [input]);
    }
    await checkExchange(exchange, door);
    return false;
  } catch {
    return true;
  } finally {
    for (const one of own.values()) one.close();
    exchange.process.kill('SIGKILL');
    await exchange.process.ended;
  }
}
