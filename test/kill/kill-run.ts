import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from '../journal/journal-fixture.js';
import { BinaryClient, eventFlag } from '../support/binary-client.js';
import { type RunningExchange, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { AccountCommands } from './commands.js';
import { HttpTrader } from './http-trader.js';
import { Ledger, type Told } from './ledger.js';
import { checkLog, type SeenState } from './log-check.js';

export interface KillRunOptions {
  readonly rounds: number;
  /** The same seed gives the same commands, settings and delays; how far a round comes by then is chance. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onRound?: (report: KillReport) => void;
}

export interface KillReport {
  seed: number;
  rounds: number;
  directories: number;
  commands: number;
  /** Commands that had no answer when the exchange was killed. */
  unanswered: number;
  /** Of those, commands that had been done all the same. */
  unansweredDone: number;
  /** Answered commands that were sent again. */
  askedAgain: number;
  events: number;
  trades: number;
  differences: string[];
}

const ROUNDS_OF_A_DIRECTORY = 5;
const ACCOUNTS = [1, 2, 3];
const HTTP_ACCOUNT = 4;
/** Sessions of each account. */
const SESSIONS = 2;
const MOST_UNDER_WAY = 400;
const SAMPLE = 100;
const SYMBOLS = ['ALPHA', 'BETA', 'GAMMA', 'DELTA'];

/** Starts exchanges, kills them under load, and compares. */
export async function runKills(options: KillRunOptions): Promise<KillReport> {
  const { seed, rounds, signal } = options;
  const random = seeded(seed);
  const report: KillReport = {
    seed,
    rounds: 0,
    directories: 0,
    commands: 0,
    unanswered: 0,
    unansweredDone: 0,
    askedAgain: 0,
    events: 0,
    trades: 0,
    differences: [],
  };
  while (report.rounds < rounds) {
    const many = Math.min(ROUNDS_OF_A_DIRECTORY, rounds - report.rounds);
    const house = new KillHouse(random, report);
    try {
      await house.open();
      for (let i = 0; i < many; i++) {
        signal?.throwIfAborted();
        await house.round();
        report.rounds++;
        options.onRound?.(report);
      }
      await house.close();
    } finally {
      await house.end();
    }
  }
  return report;
}

/** One data directory, the exchanges on it one after the other, and their clients. */
class KillHouse {
  readonly #random: () => number;
  readonly #report: KillReport;
  readonly #shards: number;
  readonly #data = temporaryDirectory();
  readonly #options: readonly string[];
  readonly #ledger = new Ledger();
  #accounts: readonly AccountCommands[] = [];
  #instruments: readonly { id: number; symbol: string; shard: number }[] = [];
  #http: HttpTrader | undefined;
  #exchange: RunningExchange | undefined;

  constructor(random: () => number, report: KillReport) {
    this.#random = random;
    this.#report = report;
    this.#shards = 1 + this.#below(2);
    const segmentBytes = [65_536, 1_048_576, 4_194_304][this.#below(3)]!;
    mkdirSync(this.#data, { recursive: true });
    const config = join(this.#data, 'kill.config.json');
    const steps = { tickSize: '1', lotSize: '1', priceDecimals: 0, sizeDecimals: 0 };
    const bounds = { minPrice: '1', maxPrice: '1000000', minSize: '1', maxSize: '1000000' };
    const instruments = SYMBOLS.map((symbol) => ({ symbol, ...steps, ...bounds }));
    writeFileSync(config, JSON.stringify({ instruments }));
    this.#options = [
      ...['--shards', String(this.#shards)],
      ...['--segment-bytes', String(segmentBytes)],
      ...['--config', config],
    ];
    report.directories++;
  }

  async open(): Promise<void> {
    const exchange = await this.#start();
    const listed = (await (await fetch(`${exchange.url}/instruments`)).json()) as unknown;
    this.#instruments = (
      Array.isArray(listed) ? listed : (listed as { instruments: unknown }).instruments
    ) as {
      id: number;
      symbol: string;
      shard: number;
    }[];
    const shards = Array.from({ length: this.#shards }, (_, shard) =>
      this.#instruments.filter((one) => one.shard === shard).map(({ id }) => id),
    ).filter((ids) => ids.length > 0);
    this.#accounts = ACCOUNTS.map(
      (account) => new AccountCommands(account, { shards, random: this.#random }),
    );
    this.#http = new HttpTrader(HTTP_ACCOUNT, SYMBOLS, this.#random, this.#ledger);
  }

  /** Load, the kill, a new start, and all that was not answered once more. */
  async round(): Promise<void> {
    await this.#loadAndKill();
    const exchange = await this.#start();
    const unanswered = [...this.#ledger.commands.values()].filter(
      ({ answer, httpAnswer }) => answer === undefined && httpAnswer === undefined,
    );
    this.#report.unanswered += unanswered.length;
    const repeated = this.#ledger.repeated;
    await this.#sendAgain(exchange, unanswered);
    this.#report.unansweredDone += this.#ledger.repeated - repeated;

    const answered = [...this.#ledger.commands.values()];
    const sample = Array.from(
      { length: Math.min(SAMPLE, answered.length) },
      () => answered[this.#below(answered.length)]!,
    );
    this.#report.askedAgain += sample.length;
    await this.#sendAgain(exchange, sample);
  }

  /** Stops the exchange and compares with its log. */
  async close(): Promise<void> {
    const exchange = this.#exchange!;
    const seen = await this.#look(exchange);
    const ended = await exchange.process.stop();
    if (ended.code !== 0)
      this.#ledger.differ(`the exchange stopped with code ${ended.code}: ${ended.stderr}`);
    this.#report.trades += checkLog(this.#data, this.#shards, this.#ledger, seen);
    this.#report.commands += this.#ledger.commands.size;
    this.#report.events += this.#ledger.events.size;
  }

  /** Nothing is left of it, whatever happened. */
  async end(): Promise<void> {
    this.#exchange?.process.kill('SIGKILL');
    await this.#exchange?.process.ended;
    rmSync(this.#data, { recursive: true, force: true });
    const directory = this.#report.directories;
    for (const sentence of this.#ledger.differences)
      this.#report.differences.push(`seed ${this.#report.seed}, directory ${directory}: ${sentence}`);
  }

  async #loadAndKill(): Promise<void> {
    const exchange = this.#exchange!;
    const sessions: Session[] = [];
    for (const commands of this.#accounts)
      for (let i = 0; i < SESSIONS; i++)
        sessions.push(await Session.open(exchange.ws, commands, this.#ledger, this.#random));
    let isOver = false;
    const delayMs = 50 + this.#below(1_451);
    const trading = this.#http!.trade(exchange.url, () => isOver);
    const timer = new Promise((resolve) => setTimeout(resolve, delayMs)).then(() => {
      isOver = true;
      exchange.process.kill('SIGKILL');
    });
    while (!isOver) {
      for (const session of sessions) session.sendMore();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await timer;
    await exchange.process.ended;
    // A socket closes behind all that came over it.
    await Promise.all(sessions.map((session) => session.client.closed));
    for (const session of sessions) session.readEvents();
    await trading;
  }

  /** Sends commands with their client ids until each is answered. */
  async #sendAgain(exchange: RunningExchange, commands: readonly Told[]): Promise<void> {
    await Promise.all(
      this.#accounts.map(({ account }) =>
        this.#repeat(
          exchange,
          account,
          commands.filter(({ command }) => command.account === account),
        ),
      ),
    );
    for (const told of commands)
      if (told.command.account === HTTP_ACCOUNT) await this.#http!.send(exchange.url, told);
  }

  async #repeat(exchange: RunningExchange, account: number, commands: readonly Told[]): Promise<void> {
    const client = await BinaryClient.open(`${exchange.ws}?account=${account}`);
    for (let from = 0; from < commands.length; ) {
      const part = commands.slice(from, from + 50);
      for (const { command } of part) client.send(command.fields);
      let refused = 0;
      for (let answers = 0; answers < part.length; ) {
        const [event] = await withinSeconds(
          20,
          client.take(1),
          'a command that was sent again got no answer',
        );
        this.#ledger.take(event!);
        if (!(event!.flags & eventFlag.answer)) continue;
        answers++;
        if (event!.flags & eventFlag.refused) refused++;
      }
      if (refused === 0) from += part.length;
    }
    client.close();
    await client.closed;
  }

  async #look({ url }: RunningExchange): Promise<SeenState> {
    const books = await Promise.all(
      this.#instruments.map(async ({ id, symbol, shard }) => {
        const book = (await (await fetch(`${url}/books/${symbol}?depth=100`)).json()) as {
          bids: [string, string, number][];
          asks: [string, string, number][];
        };
        const levels = (side: [string, string, number][]) =>
          side.map(([price, size, orders]) => [Number(price), Number(size), orders] as const);
        return { instrument: id, shard, bids: levels(book.bids), asks: levels(book.asks) };
      }),
    );
    const health = (await (await fetch(`${url}/health`)).json()) as { shards: { liveOrders: number }[] };
    return { books, liveOrders: health.shards.map(({ liveOrders }) => liveOrders) };
  }

  /** The process before may hold the lock for a moment longer. */
  async #start(): Promise<RunningExchange> {
    for (let left = 50; ; left--)
      try {
        this.#exchange = await startExchange(this.#options, this.#data);
        return this.#exchange;
      } catch (error) {
        if (left === 0 || !/lock|in use/i.test((error as Error).message)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

/** A binary session under load. */
class Session {
  readonly client: BinaryClient;
  readonly #commands: AccountCommands;
  readonly #ledger: Ledger;
  readonly #random: () => number;
  readonly #sent = new Set<Told>();

  static async open(
    ws: string,
    commands: AccountCommands,
    ledger: Ledger,
    random: () => number,
  ): Promise<Session> {
    const client = await BinaryClient.open(`${ws}?account=${commands.account}`);
    return new Session(client, commands, ledger, random);
  }

  private constructor(client: BinaryClient, commands: AccountCommands, ledger: Ledger, random: () => number) {
    this.client = client;
    this.#commands = commands;
    this.#ledger = ledger;
    this.#random = random;
  }

  sendMore(): void {
    this.readEvents();
    if (this.#sent.size >= MOST_UNDER_WAY) {
      for (const told of this.#sent) if (told.answer !== undefined) this.#sent.delete(told);
      if (this.#sent.size >= MOST_UNDER_WAY) return;
    }
    const records = Array.from({ length: 1 + Math.floor(this.#random() * 8) }, () => {
      const command = this.#commands.next();
      this.#sent.add(this.#ledger.note(command));
      return command.fields;
    });
    this.client.send(...records);
  }

  readEvents(): void {
    for (const event of this.client.events.splice(0)) {
      this.#ledger.take(event);
      if (event.kind === 'accepted') this.#commands.noteOrder(event.orderId, event.instrument);
    }
  }
}

async function withinSeconds<Value>(
  seconds: number,
  value: Promise<Value>,
  sentence: string,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${sentence} within ${seconds} s`)), seconds * 1_000);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}
