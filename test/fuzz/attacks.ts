import { isUtf8 } from 'node:buffer';
import { Agent, request as httpRequest } from 'node:http';
import { Decoder, Encoder } from '@msgpack/msgpack';
import { decodeJson } from '../../src/gateway/json.js';
import { decodeCommands } from '../../src/gateway/msgpack.js';
import { MAX_MESSAGE_BYTES, MAX_TRANSPORT_MESSAGE_BYTES } from '../../src/model/limits.js';
import { frame, Opcode } from '../conformance/frames.js';
import { handshake, RawClient } from '../conformance/raw-client.js';
import { decodeEvents, encodeOrder, eventFlag, kind } from '../support/binary-client.js';
import { walkRecords } from './decoders.js';
import type { Door, Shown } from './door.js';
import type { FuzzInput } from './failure.js';

/** An answer that was not as it must be. */
export class AttackFault extends Error {}

/** How long a connection or an answer may take on a machine that is busy with something else. */
const PATIENCE_MS = 20_000;

/** Sends one kind of input to an exchange. */
export interface Attack {
  readonly target: string;
  /** How many inputs `run` is given at a time. */
  readonly batch: number;
  /** @throws AttackFault where an answer is missing, too many, or none that there may be */
  run(port: number, inputs: readonly FuzzInput[]): Promise<void>;
  close(): void;
}

async function within<T>(what: string, wait: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AttackFault(`${what}: nothing came for ${PATIENCE_MS} ms`)),
      PATIENCE_MS,
    );
  });
  try {
    return await Promise.race([wait, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A read of a book that only this one asks: its answer stands behind all that was asked before. */
const FIRST_SENTINEL = 2 ** 51;
let lastSentinel = FIRST_SENTINEL;

/** Messages of a session that stays open: each command in them has exactly one answer. */
abstract class SessionAttack implements Attack {
  abstract readonly target: string;
  readonly batch = 64;
  protected abstract readonly protocol: string;
  /** Of its messages, both ways. */
  protected readonly opcode: number = Opcode.Binary;
  readonly #account: number;
  readonly #door: Door;
  #client: RawClient | undefined;

  constructor(account: number, door: Door) {
    this.#account = account;
    this.#door = door;
  }

  /**
   * How many answers the bytes of a message are due; undefined for one that asks its gateway for something else than a
   * command's answer (the time, a subscription). Those go through `frames`, where nobody counts.
   */
  protected abstract due(bytes: Buffer): number | undefined;
  protected abstract sentinel(id: number): Uint8Array;
  /** Answers in a message of the exchange; the id of a book that was read, if any. */
  protected abstract answers(payload: Buffer): { answers: number; sentinel: boolean };

  async run(port: number, inputs: readonly FuzzInput[]): Promise<void> {
    const headers = { 'sec-websocket-protocol': this.protocol };
    if (this.#client === undefined) {
      const opening = RawClient.open(port, this.#door.attacker(`/ws?account=${this.#account}`), headers);
      this.#client = await within('a handshake', opening);
      // It may be long until its next turn, and one that answers no pings is taken for one that does not read.
      this.#client.answerPings();
    }
    const client = this.#client;
    let due = 1;
    const frames: Buffer[] = [];
    for (const { bytes } of inputs) {
      const own = this.due(bytes);
      if (own === undefined) continue;
      due += own;
      frames.push(frame({ opcode: this.opcode, payload: bytes }));
    }
    frames.push(frame({ opcode: this.opcode, payload: this.sentinel(++lastSentinel) }));
    client.write(Buffer.concat(frames));
    let answered = 0;
    for (let isDone = false; !isDone; ) {
      const next = await within(`${this.target} after ${answered} of ${due} answers`, client.frame());
      if (next === undefined || next.opcode === Opcode.Close) {
        this.close();
        const how = next === undefined ? 'without a word' : `with ${closeOf(next.payload)}`;
        throw new AttackFault(`${this.target}: closed ${how}, ${answered} of ${due} answers in`);
      }
      if (next.opcode !== this.opcode) continue;
      const read = this.answers(next.payload);
      answered += read.answers;
      isDone = read.sentinel;
    }
    if (answered !== due) throw new AttackFault(`${this.target}: ${answered} answers instead of ${due}`);
  }

  close(): void {
    this.#client?.destroy();
    this.#client = undefined;
  }
}

/** Code and reason of a close frame. */
const closeOf = (payload: Buffer) =>
  payload.length < 2 ? 'no code' : `${payload.readUInt16BE(0)} (${payload.toString('utf8', 2)})`;

/** Kinds and types between a client and its gateway alone: time, heartbeat, subscribe, unsubscribe. */
const FIRST_UNKNOWN_KIND = 69;
const OTHER_TYPES: readonly unknown[] = ['time', 'heartbeat', 'subscribe', 'unsubscribe'];

function isOther(command: unknown): boolean {
  return (
    typeof command === 'object' && command !== null && 'type' in command && OTHER_TYPES.includes(command.type)
  );
}

class BinaryAttack extends SessionAttack {
  readonly target = 'binary';
  protected readonly protocol = 'tickloom.binary.v1';

  protected due(bytes: Buffer): number | undefined {
    let isOther = false;
    const answers = walkRecords(bytes, (words, at) => {
      const kindOf = (words[at]! >>> 8) & 0xff;
      if (kindOf > kind.book && kindOf < FIRST_UNKNOWN_KIND) isOther = true;
    });
    return isOther ? undefined : answers;
  }

  protected sentinel(id: number): Uint8Array {
    return encodeOrder({ kind: kind.book, instrument: 3, size: 1, clientId: id });
  }

  protected answers(payload: Buffer) {
    const events = decodeEvents(payload);
    const isAnswer = (flags: number) => (flags & (eventFlag.answer | eventFlag.refused)) !== 0;
    return {
      answers: events.filter((event) => isAnswer(event.flags) || event.kind === 'book').length,
      sentinel: events.some(
        (event) => event.kind === 'book' && event.clientId === lastSentinelOf(event.clientId),
      ),
    };
  }
}

/** Several sessions share the count, so any of the last few is one. */
function lastSentinelOf(id: unknown): number {
  const number = Number(id);
  return number > FIRST_SENTINEL && number <= lastSentinel ? number : Number.NaN;
}

/** Commands as objects, in msgpack or JSON. */
abstract class ObjectAttack extends SessionAttack {
  /** What the exchange reads in a message; undefined where it is none. */
  protected abstract commands(bytes: Buffer): readonly unknown[] | undefined;
  protected abstract encode(command: unknown): Uint8Array;
  protected abstract decode(payload: Buffer): unknown;

  protected due(bytes: Buffer): number | undefined {
    if (bytes.length > MAX_MESSAGE_BYTES) return 1;
    const commands = this.commands(bytes);
    if (commands?.some(isOther)) return undefined;
    return commands === undefined || commands.length > MAX_MESSAGE_BYTES / 64 ? 1 : commands.length;
  }

  protected sentinel(id: number): Uint8Array {
    return this.encode({ type: 'book', symbol: 'ACME', depth: 1, clientId: id });
  }

  protected answers(payload: Buffer) {
    const events = this.decode(payload) as Record<string, unknown>[];
    const isAnswer = (event: Record<string, unknown>) =>
      event['answer'] === true || event['refused'] === true || event['event'] === 'book';
    return {
      answers: events.filter(isAnswer).length,
      sentinel: events.some(
        (event) => event['event'] === 'book' && event['clientId'] === lastSentinelOf(event['clientId']),
      ),
    };
  }
}

class MsgpackAttack extends ObjectAttack {
  readonly target = 'msgpack';
  protected readonly protocol = 'tickloom.msgpack.v1';
  readonly #encoder = new Encoder();
  readonly #decoder = new Decoder();

  protected commands(bytes: Buffer) {
    return decodeCommands(new Uint8Array(bytes).buffer);
  }

  protected encode(command: unknown) {
    return this.#encoder.encode(command);
  }

  protected decode(payload: Buffer) {
    return this.#decoder.decode(payload);
  }
}

class JsonAttack extends ObjectAttack {
  readonly target = 'json';
  protected readonly protocol = 'tickloom.json.v1';
  protected override readonly opcode = Opcode.Text;

  protected override due(bytes: Buffer): number | undefined {
    // Text that is not UTF-8 ends the connection, as it must: that is tried elsewhere.
    return isUtf8(bytes) ? super.due(bytes) : undefined;
  }

  protected commands(bytes: Buffer) {
    return decodeJson(new Uint8Array(bytes).buffer);
  }

  protected encode(command: unknown) {
    return Buffer.from(JSON.stringify(command));
  }

  protected decode(payload: Buffer) {
    return JSON.parse(payload.toString()) as unknown;
  }
}

/** Statuses that a request may be answered with. 500 would be a fault of ours, 504 an answer that never came. */
const STATUSES = new Set([
  ...[
    100, 101, 200, 201, 400, 401, 403, 404, 405, 408, 409, 411, 413, 414, 417, 422, 426, 429, 431, 501, 503,
    505,
  ],
]);

/** With its headers, a request with a path like this is under what any server reads. */
const SHORT_PATH = 2_048;

/** Whoever is not known hears that, or that there has been enough of it, or that the request is too long to look. */
const WRONG_STATUSES: ReadonlySet<number> = new Set([401, 413, 414, 429, 431]);

/** These change nothing, and some of what they ask for is everybody's. */
const READING_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What was sent on a socket of its own, wrong in any way: the exchange answers or not, and the connection ends. */
class SocketAttack implements Attack {
  readonly batch = 4;
  readonly target: string;
  readonly #account: number;
  readonly #door: Door;
  readonly #isOpened: boolean;

  constructor(target: string, account: number, door: Door, isOpened: boolean) {
    this.#account = account;
    this.#door = door;
    this.target = target;
    this.#isOpened = isOpened;
  }

  async run(port: number, inputs: readonly FuzzInput[]): Promise<void> {
    await Promise.all(inputs.map((input) => this.#one(port, input)));
  }

  async #one(port: number, input: FuzzInput): Promise<void> {
    const client = await within('a connection', RawClient.connect(port));
    try {
      if (this.#isOpened) {
        client.write(handshake(this.#door.attacker(`/ws?account=${this.#account}`)));
        const head = await within('a handshake', client.head());
        if (head?.status !== 101) throw new AttackFault(`a handshake was answered with ${head?.status}`);
      }
      client.write(input.bytes);
      if (this.#isOpened) await new Promise((resolve) => setImmediate(resolve));
      else await answerOrMoment(client, this.target);
      client.socket.end();
      await within(`${this.target}: the end`, client.over());
    } finally {
      client.destroy();
    }
  }

  close(): void {}
}

/** Time for an answer to come, where one comes at all: a broken request may be waited for to become whole. */
async function answerOrMoment(client: RawClient, target: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const moment = new Promise<'none'>((resolve) => {
    timer = setTimeout(() => resolve('none'), 3);
  });
  const head = await Promise.race([client.head(), moment]);
  clearTimeout(timer);
  if (head !== 'none' && head !== undefined && !STATUSES.has(head.status))
    throw new AttackFault(`${target}: answered with ${head.status}`);
}

/** Whole requests, whose method, path and body are wrong: each has one answer of the right shape. */
class RequestAttack implements Attack {
  readonly target = 'request';
  readonly batch = 16;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly #door: Door;
  /** What was asked last on a connection: what breaks one may show in the next request only. */
  readonly #last = new WeakMap<object, string>();

  constructor(door: Door) {
    this.#door = door;
  }

  async run(port: number, inputs: readonly FuzzInput[]): Promise<void> {
    await Promise.all(inputs.map((input) => this.#one(port, input)));
  }

  async #one(port: number, input: FuzzInput): Promise<void> {
    const [method = 'GET', path = '', ...rest] = input.bytes.toString('latin1').split('\n');
    const body = Buffer.from(rest.join('\n'), 'latin1');
    const sound = path.replace(/[^!-~]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
    const isMethod = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(method);
    // A head that is too long uWebSockets.js refuses with a text, of HEAD too: there clients may not expect one.
    const isLongHead = method === 'HEAD' && sound.length > SHORT_PATH;
    const known = isLongHead ? 'GET' : method;
    const target = { method: isMethod ? known : 'POST', path: `/${sound.replace(/^\//, '')}` };
    const name = `${target.method} ${target.path}`;
    for (const shown of this.#door.requests(target.method, target.path, body)) {
      const status = await within(name, this.#ask(port, target, body, shown));
      if (!STATUSES.has(status)) throw new AttackFault(`${name} was answered with ${status}`);
      const isWrong = shown.wrongFrom !== undefined && !READING_METHODS.has(target.method);
      if (isWrong && !WRONG_STATUSES.has(status))
        throw new AttackFault(`${name} of nobody known was answered with ${status}`);
    }
  }

  #ask(port: number, target: { method: string; path: string }, body: Buffer, shown: Shown): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { ...shown.headers, 'content-length': body.length };
      const { wrongFrom } = shown;
      const way =
        wrongFrom === undefined ? { agent: this.#agent } : { agent: false, localAddress: wrongFrom };
      let before: string | undefined;
      const asked = httpRequest({ port, host: '127.0.0.1', ...way, headers, ...target }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const isJson = answer.headers['content-type']?.startsWith('application/json');
          try {
            if (isJson && target.method !== 'HEAD') JSON.parse(text);
            resolve(answer.statusCode ?? 0);
          } catch {
            reject(new AttackFault(`${target.method} ${target.path}: the answer is no JSON: ${text}`));
          }
        });
      });
      asked.on('socket', (socket) => {
        before = this.#last.get(socket);
        this.#last.set(socket, `${target.method} ${target.path} ${body.toString('latin1')}`);
      });
      asked.on('error', (error) => {
        // A connection that was idle may be ended while the next request is on its way: that one is asked again.
        if (asked.reusedSocket) resolve(this.#ask(port, target, body, shown));
        else {
          const behind = before === undefined ? 'first on its connection' : `behind ${before}`;
          const what = `${target.method} ${target.path} (${behind})`;
          reject(new AttackFault(`${what}: ${error.message}, and no answer`));
        }
      });
      asked.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** A new attack of a kind, by a session of an account that no other attack has: each hears its own answers alone. */
export const attacks: Readonly<Record<string, (account: number, door: Door) => Attack>> = {
  binary: (account, door) => new BinaryAttack(account, door),
  msgpack: (account, door) => new MsgpackAttack(account, door),
  json: (account, door) => new JsonAttack(account, door),
  request: (_, door) => new RequestAttack(door),
  wire: (account, door) => new SocketAttack('wire', account, door, false),
  handshake: (account, door) => new SocketAttack('handshake', account, door, false),
  frames: (account, door) => new SocketAttack('frames', account, door, true),
};

/** What one connection can make the exchange keep, besides what it trades: a message half read, one being answered. */
export const CONNECTION_BYTES = 2 * MAX_TRANSPORT_MESSAGE_BYTES;
