import { Engine } from '../../src/book/engine.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { Side } from '../../src/model/command.js';
import { RESUME_COMMANDS } from '../../src/model/limits.js';
import { recoverShard } from '../../src/shard/recovery.js';
import { EventHash } from '../../src/wire/event-hash.js';
import { BinaryClient, decodeEvents, type Event, eventFlag, kind } from '../support/binary-client.js';
import { type RunningExchange, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { contentOf, ResumingClient } from './resuming-client.js';

const SHARDS = 2;
const ACCOUNTS = [1, 2, 3];
const ROUNDS_PER_DIRECTORY = 5;

/** What so many kills have come to. */
export interface ResumeReport {
  readonly seed: number;
  readonly rounds: number;
  /** Commands that clients were told of. */
  readonly answered: number;
  /** Events that clients were told, by resuming or live. */
  readonly events: number;
  readonly faults: readonly string[];
}

/**
 * Starts an exchange under load, kills it at a random moment, starts it again, and compares what clients were told with what
 * is there; so many rounds.
 */
export async function resumeOverKills(rounds: number, seed: number): Promise<ResumeReport> {
  const random = new SeededRandomness(seed);
  let answered = 0;
  let events = 0;
  let done = 0;
  const faults: string[] = [];
  while (done < rounds && faults.length === 0) {
    const data = temporaryDirectory();
    const clients = ACCOUNTS.map(
      (account) => new ResumingClient(account, SHARDS, new SeededRandomness(random.next32())),
    );
    const options = ['--shards', String(SHARDS), '--old-segments', 'keep', '--snapshot-commands', '20000'];
    for (let i = 0; i < ROUNDS_PER_DIRECTORY && done < rounds; i++) {
      const exchange = await startExchange(options, data);
      await Promise.all(clients.map((client) => client.connect(exchange.ws)));
      const trading = Promise.all(clients.map((client) => client.trade()));
      await new Promise((resolve) => setTimeout(resolve, 50 + random.below(700)));
      exchange.process.kill('SIGKILL');
      await Promise.all([exchange.process.ended, trading]);
      done++;
    }
    const last = await startExchange(options, data);
    await Promise.all(clients.map((client) => client.connect(last.ws)));
    const books = await booksOf(last);
    for (const client of clients) client.close();
    const ended = await last.process.stop();
    if (ended.code !== 0) faults.push(`the last stop ended with ${ended.code}: ${ended.stderr}`);
    for (const client of clients) {
      faults.push(...client.faults);
      answered += client.answered;
      events += client.events.reduce((sum, list) => sum + list.length, 0);
      for (const [id, { answer }] of client.sent)
        if (answer === undefined) faults.push(`account ${client.account}: ${id} has no answer at the end`);
    }
    faults.push(...compareWithLog(data, clients, books));
  }
  return { seed, rounds: done, answered, events, faults: faults.slice(0, 20) };
}

type Levels = readonly (readonly number[])[];

async function booksOf(exchange: RunningExchange): Promise<Map<number, { bids: Levels; asks: Levels }>> {
  const books = new Map<number, { bids: Levels; asks: Levels }>();
  const client = await BinaryClient.open(exchange.ws);
  for (const instrument of [1, 2, 3]) {
    const [book] = await client.ask(1, { kind: kind.book, instrument, size: 100 });
    books.set(instrument, { bids: book!.bids!, asks: book!.asks! });
  }
  client.close();
  return books;
}

/** Replays the logs from their beginning, and looks for what clients were told. */
function compareWithLog(
  data: string,
  clients: readonly ResumingClient[],
  books: ReadonlyMap<number, { bids: Levels; asks: Levels }>,
): string[] {
  const faults: string[] = [];
  const byPlace = new Map<string, Event>();
  const effects = new Map<string, number>();
  for (let shard = 0; shard < SHARDS; shard++) {
    const engine = new Engine({ shard });
    recoverShard({ directory: data, shard }, engine, new EventHash(), undefined, ({ events }) => {
      const bytes = Buffer.from(events.words.buffer, events.words.byteOffset, events.length * 4);
      for (const event of decodeEvents(Buffer.from(bytes))) {
        if ((event.flags & eventFlag.repeated) !== 0) continue;
        byPlace.set(`${event.place}.${event.index}`, event);
        if ((event.flags & eventFlag.answer) === 0) continue;
        const id = `${event.account} ${event.clientId}`;
        effects.set(id, (effects.get(id) ?? 0) + 1);
      }
    });
    if (engine.sequence > RESUME_COMMANDS)
      faults.push('the log is longer than what a client can be told again');
    for (const { id } of engine.instruments()) {
      const levels = (side: number) =>
        engine
          .levels(id, side)
          .slice(0, 100)
          .map(({ priceTicks, sizeLots, orders }) => [priceTicks, sizeLots, orders]);
      const expected = JSON.stringify({ bids: levels(Side.Buy), asks: levels(Side.Sell) });
      if (JSON.stringify(books.get(id)) !== expected)
        faults.push(`instrument ${id}: the book is not that of the log`);
    }
  }
  for (const client of clients) {
    for (const [id, { answer }] of client.sent) {
      if (answer === undefined) continue;
      const logged = byPlace.get(`${answer.place}.${answer.index}`);
      if (
        logged === undefined ||
        JSON.stringify(contentOf(logged), bigText) !== JSON.stringify(contentOf(answer), bigText)
      )
        faults.push(`account ${client.account}: what ${id} was answered is not in the log`);
      const effect = effects.get(`${client.account} ${id}`);
      if (effect !== 1) faults.push(`account ${client.account}: ${id} has ${effect ?? 0} effects`);
    }
    for (const events of client.events)
      for (const event of events)
        if (!byPlace.has(`${event.place}.${event.index}`))
          faults.push(`account ${client.account}: the event ${event.place}.${event.index} is not in the log`);
  }
  return faults;
}

function bigText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
