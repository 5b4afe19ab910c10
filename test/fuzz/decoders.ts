import { KeysFileError, parseKeys } from '../../src/access/keys-file.js';
import { anybody } from '../../src/gateway/actor.js';
import { type AdmissionParts, admitSession, isForeign } from '../../src/gateway/admission.js';
import {
  hasOnly,
  readClientOrderId,
  readLimit,
  readNeededAccount,
  readOrderId,
  readStatus,
  readTimeNs,
} from '../../src/gateway/http/query.js';
import { readBody } from '../../src/gateway/http/reply.js';
import { decodeCommands } from '../../src/gateway/msgpack.js';
import { isRefusal, offeredProtocols, type Respond } from '../../src/gateway/transport/transport.js';
import { MAX_ORDER_LINES } from '../../src/model/limits.js';
import { RejectCode, rejectReasons } from '../../src/model/reject.js';
import { eventObject } from '../../src/wire/event-object.js';
import { MAX_REFUSAL_WORDS, writeRecordRefusal, writeRefusal } from '../../src/wire/event-refusal.js';
import { eventObjectSchema } from '../../src/wire/event-schema.js';
import { checkOrderRecord } from '../../src/wire/order-check.js';
import { encodeOrderObject } from '../../src/wire/order-object.js';
import { LINE_WORDS, orderLines } from '../../src/wire/order-record.js';
import { testInstruments } from '../wire/instruments.js';
import { messages } from '../wire/messages.js';
import type { Mutator } from './mutator.js';
import { encoder, handshakeSeeds, msgpackSeeds, recordSeeds, requestSeeds } from './seeds.js';

/** One reader of what strangers send, without a socket before it. */
export interface DecoderTarget {
  readonly name: string;
  make(mutator: Mutator): Buffer;
  /** Throws where the reader does what it must not. */
  check(input: Buffer): void;
}

const instruments = testInstruments();
const TIME_NS = 1_790_000_000_123_456_789n;
const refusal = new Int32Array(MAX_REFUSAL_WORDS);
const record = new Int32Array(MAX_ORDER_LINES * LINE_WORDS);
const GUARD = 0x5a5a5a5a;
const guarded = new Int32Array(record.length + 16);

function must(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(sentence);
}

/** The schema is slow: it looks at each code and shape once in a while. */
let refusals = 0;

function checkRefusal(words: number): void {
  must(words > 0 && words <= MAX_REFUSAL_WORDS && words % 8 === 0, `a refusal of ${words} words`);
  const object = eventObject(refusal, 0, instruments);
  must(object.event === 'rejected', 'a refusal that is no reject');
  if (refusals++ % 64 === 0) eventObjectSchema.parse(object);
}

/** As the gateway walks through a message. Also counts the answers that are due, for who has a socket. */
export function walkRecords(
  input: Uint8Array,
  seen: (words: Int32Array, at: number, code: number) => void,
): number {
  const bytes = input.byteLength;
  if (bytes === 0 || bytes % (LINE_WORDS * 4) !== 0 || bytes > 65_536) return 1;
  const words = new Int32Array(bytes / 4);
  new Uint8Array(words.buffer).set(input);
  let answers = 0;
  for (let at = 0; at < words.length; ) {
    const left = (words.length - at) / LINE_WORDS;
    const code = checkOrderRecord(words, at, left);
    answers++;
    seen(words, at, code);
    if (code === RejectCode.Malformed || code === RejectCode.WrongVersion) break;
    const lines = orderLines(words[at]!);
    must(lines >= 1 && lines <= left, `a record of ${lines} lines where ${left} are left, code ${code}`);
    at += lines * LINE_WORDS;
  }
  return answers;
}

function checkRecords(input: Buffer): void {
  walkRecords(input, (words, at, code) => {
    if (code === 0) return;
    must(rejectReasons[code as RejectCode] !== undefined, `there is no code ${code}`);
    checkRefusal(writeRecordRefusal(refusal, 0, words, at, code, TIME_NS));
  });
}

/** An object as a record that the shards may have, or a refusal with a sentence. */
function checkObject(object: unknown): void {
  guarded.fill(GUARD, record.length);
  const result = encodeOrderObject(object, instruments, 42, guarded, 0);
  for (let i = record.length; i < guarded.length; i++)
    must(guarded[i] === GUARD, 'a record was written past its end');
  if (result.ok) {
    const code = checkOrderRecord(guarded, 0, result.lines);
    must(code === 0, `an object became a record with fault ${code}`);
    return;
  }
  must(/^[\x20-\x7e]+\.$/.test(result.sentence), `the sentence "${result.sentence}" is none`);
  must(rejectReasons[result.code] !== undefined, `there is no code ${result.code}`);
  checkRefusal(writeRefusal(refusal, 0, result, TIME_NS));
}

function checkMsgpack(input: Buffer): void {
  // A buffer of its own, as transports hand it over.
  const bytes = new Uint8Array(input);
  for (const command of decodeCommands(bytes.buffer) ?? []) checkObject(command);
}

/** Counts answers of a request, of which there is exactly one for each reader that gives nothing. */
class Answers {
  count = 0;
  status = 0;
  readonly respond: Respond = (status, body) => {
    this.count++;
    this.status = status;
    must(typeof (JSON.parse(body) as { text: unknown }).text === 'string', 'an answer without a text');
  };
}

function checkBody(input: Buffer): void {
  const answers = new Answers();
  const source = { address: '', origin: '', host: '', method: 'POST', path: '/orders', query: '' };
  const read = readBody({ ...source, body: input, bodyOverBytes: 0 }, answers.respond);
  must((read === undefined) === (answers.count === 1), `${answers.count} answers to a body`);
  if (read === undefined) must(answers.status === 400, `a body was answered with ${answers.status}`);
  else checkObject({ ...read, type: 'new' });
}

function checkQuery(input: Buffer): void {
  const text = input.toString('utf8');
  const query = new URLSearchParams(text);
  const readers: ((respond: Respond) => unknown)[] = [
    (respond) => readNeededAccount(query, respond),
    (respond) => readLimit(query, respond),
    (respond) => readStatus(query, respond),
    (respond) => readClientOrderId(query, respond),
    (respond) => readTimeNs(query, 'from', 0n, respond),
    (respond) => readTimeNs(query, 'to', 0n, respond),
    (respond) => readOrderId(query.get('after') ?? text, respond),
    (respond) => hasOnly(query, ['account', 'limit', 'status'], respond) || undefined,
  ];
  for (const reader of readers) {
    const answers = new Answers();
    const value = reader(answers.respond);
    must((value === undefined) === (answers.count === 1), `${answers.count} answers to a query`);
  }
}

/** An exchange of two shards without keys, where there is room. */
const openDoor: AdmissionParts = {
  closing: false,
  shards: 2,
  isKeyed: false,
  hasRoom: () => true,
  takesDisconnect: () => true,
  identify: (request) => ({ actor: anybody, request }),
};

/** Lines: path, query, subprotocols, origin, host. */
function checkAdmission(input: Buffer): void {
  const [path = '', query = '', protocols = '', origin = '', host = ''] = input.toString('utf8').split('\n');
  const request = { address: '', path, query, protocols: offeredProtocols(protocols), origin, host };
  const decision = admitSession(request, openDoor);
  isForeign(request);
  if (isRefusal(decision)) {
    must(decision.status >= 400 && decision.status < 500, `a handshake was refused with ${decision.status}`);
    must(decision.sentence.length > 0, 'a refusal without a sentence');
    return;
  }
  const { accounts, after } = decision;
  must(accounts.length >= 1 && accounts.length <= 64, `a session of ${accounts.length} accounts`);
  for (const account of accounts)
    must(Number.isInteger(account) && account >= 0 && account < 2 ** 31, `a session of account ${account}`);
  must(new Set(accounts).size === accounts.length, 'a session has an account twice');
  for (const { shard, sequence, index } of after) {
    must(shard >= 0 && shard < 2 && Number.isInteger(shard), `a session resumes at shard ${shard}`);
    must(Number.isSafeInteger(sequence) && index < 2 ** 32, `a session resumes at ${sequence}.${index}`);
  }
}

/** An event that no shard has written is a RangeError or a TypeError, and never an endless walk. */
function checkEvent(input: Buffer): void {
  const words = new Int32Array(512);
  new Uint8Array(words.buffer).set(input.subarray(0, 1024));
  try {
    eventObject(words, 0, instruments);
  } catch (error) {
    must(error instanceof RangeError || error instanceof TypeError, `an event was answered with ${error}`);
  }
}

/** A keys file is read whole or refused with a sentence, and no secret of it is in the sentence. */
function checkKeys(input: Buffer): void {
  try {
    parseKeys(input.toString('utf8'), 'keys.json');
  } catch (error) {
    must(error instanceof KeysFileError, `a keys file was answered with ${error}`);
    must(!(error as Error).message.includes(SECRET), 'a refusal tells a secret');
  }
}

const SECRET = '5ec7e7'.repeat(10).padEnd(64, '0');
const keyFiles = [
  { id: 'maker-1', kind: 'hmac', scopes: ['read', 'trade'], accounts: [7, 8], secret: SECRET },
  {
    id: 'desk.2',
    kind: 'ed25519',
    scopes: ['trade'],
    accounts: [9],
    publicKey: 'ab'.repeat(32),
    ordersPerSecond: 5,
  },
  { id: 'scrape', kind: 'token', scopes: ['read'], accounts: [], tokenSha256: 'cd'.repeat(32) },
].map((key) =>
  Buffer.from(JSON.stringify({ version: 1, keys: [{ ...key, createdAt: '2026-01-01T00:00:00.000Z' }] })),
);

const records = recordSeeds(messages, instruments);
const objects: readonly unknown[] = messages;
const bodies = requestSeeds.flatMap(({ body }) => (body === undefined ? [] : [Buffer.from(body)]));
const queries = [...requestSeeds, { path: '/ws?account=7&account=8&after=0:1234.2&account=0' }].map(
  ({ path }) =>
    Buffer.from(path.split('?')[1] ?? 'account=1&limit=10&status=open&from=5&to=2026-01-31T12:00:00+02:00'),
);
const admissions = [
  '/ws\naccount=7&account=8&after=0:1234.2&after=1:0.0&heartbeat=1000&cancelOnDisconnect=0&session=desk\ntickloom.binary.v1\n\n127.0.0.1',
  '/ws\naccount=0&account=2147483647\nchat, tickloom.msgpack.v1\nhttp://127.0.0.1:9001\n127.0.0.1:9001',
  `/ws\n${Array.from({ length: 64 }, (_, i) => `account=${i}`).join('&')}\ntickloom.json.v1\nnull\n[::1]`,
  ...handshakeSeeds.map(String),
].map((text) => Buffer.from(text));
const events = [1, 2, 3, 4, 5, 8, 10, 19, 20, 64, 65].map((kind) => {
  const words = new Int32Array(48);
  words[0] = 1 | (kind << 8) | (6 << 16) | (1 << 24);
  words[2] = 1000;
  words[5] = 7;
  words[6] = 42;
  words[16] = 1;
  words[18] = 2;
  return new Uint8Array(words.buffer);
});

/** Half of the mutants are made of the message, half of its bytes: both find what the other does not. */
const mutated = (mutator: Mutator, seeds: readonly Uint8Array[], encode: (value: unknown) => Uint8Array) =>
  mutator.below(2) === 0
    ? mutator.bytes(mutator.pick(seeds), seeds)
    : Buffer.from(encode(mutator.value(mutator.pick(objects))));

const encoded = (value: unknown) => {
  const json = JSON.stringify(value);
  return Buffer.from(json === undefined ? '' : json);
};

export const decoderTargets: readonly DecoderTarget[] = [
  { name: 'records', make: (mutator) => mutator.bytes(mutator.pick(records), records), check: checkRecords },
  {
    name: 'msgpack',
    make: (mutator) => mutated(mutator, msgpackSeeds, (value) => encoder.encode(value)),
    check: checkMsgpack,
  },
  { name: 'json', make: (mutator) => mutated(mutator, bodies, encoded), check: checkBody },
  { name: 'query', make: (mutator) => mutator.bytes(mutator.pick(queries), queries), check: checkQuery },
  {
    name: 'admission',
    make: (mutator) => mutator.bytes(mutator.pick(admissions), admissions),
    check: checkAdmission,
  },
  { name: 'keys', make: (mutator) => mutator.bytes(mutator.pick(keyFiles), keyFiles), check: checkKeys },
  { name: 'event', make: (mutator) => mutator.bytes(mutator.pick(events), events), check: checkEvent },
];
