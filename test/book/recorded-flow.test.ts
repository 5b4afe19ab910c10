import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/book/engine.js';
import { Side } from '../../src/model/command.js';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { type ClientCommand, instrument, record } from './commands.js';
import { readEvents } from './events.js';

/** Recorded flow, with the fills that the real exchanges made. Not part of the project: its README says how to read it. */
const folder = process.env['TICKLOOM_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data');
const missing = !existsSync(join(folder, 'README.md'));

const files = [
  {
    name: 'nasdaq-goog-2012-06-21.flow.csv.gz',
    outcome: { aggressors: 5919, fills: 7745, books: 110_049, rejects: 0, unexpectedTrades: 0 },
  },
  {
    name: 'cme-esh4-2023-12-25.flow.csv.gz',
    outcome: { aggressors: 2906, fills: 6072, books: 0, rejects: 0, unexpectedTrades: 0 },
  },
];

/** One recorded order: the client id that it has here, and what is left of it and has traded. */
interface Order {
  readonly name: string;
  readonly clientId: number;
  remaining: number;
  cumulative: number;
}

type Draft = ClientCommand extends infer Each
  ? Each extends ClientCommand
    ? Omit<Each, 'account' | 'clientId' | 'instrument'>
    : never
  : never;

/** Replays a file; every fill and every book is compared with the recording on the way. */
class Replay {
  readonly seen = { aggressors: 0, fills: 0, books: 0, rejects: 0, unexpectedTrades: 0 };
  readonly #engine = new Engine({ shard: 0, clientIdWindow: 1000 });
  /** The last order of each recorded id; ids come again. */
  readonly #orders = new Map<string, Order>();
  readonly #byClientId = new Map<number, Order>();
  #clientId = 0;

  constructor() {
    const listing = instrument(1, { maxPriceTicks: 1_000_000_000 });
    this.#engine.apply(record({ kind: 'list', instrument: listing }), 0, 1, 0, 0);
  }

  line(line: string): void {
    const [kind, , ...fields] = line.split(',') as [string, string, ...string[]];
    const [, id, third] = fields as [string, string, string];
    if (kind === 'A') {
      if (this.#new(id, third, fields[3]!, fields[4]!, false).length > 0) this.seen.unexpectedTrades++;
    } else if (kind === 'C') {
      this.#send({ kind: 'cancel', target: this.#targetOf(id) });
    } else if (kind === 'R') {
      const order = this.#orders.get(id)!;
      order.remaining -= Number(third);
      this.#send({ kind: 'amend', target: this.#targetOf(id), size: order.cumulative + order.remaining });
    } else if (kind === 'X') {
      this.#compare(line, this.#new('', fields[1]!, fields[2]!, fields[3]!, true), fields[4]!);
    } else if (kind === 'M') {
      this.#compare(line, this.#new(id, third, fields[3]!, fields[4]!, false), fields[5]!);
    } else if (kind === 'V') {
      this.#compareBook(line, fields[0]!);
    } else throw new Error(`what is ${line}?`);
  }

  #new(name: string, side: string, price: string, size: string, immediate: boolean): string[] {
    const order = { name, clientId: ++this.#clientId, remaining: Number(size), cumulative: 0 };
    this.#orders.set(name, order);
    this.#byClientId.set(order.clientId, order);
    const sideNumber = side === 'B' ? Side.Buy : Side.Sell;
    return this.#send({ kind: 'new', side: sideNumber, price: Number(price), size: Number(size), immediate });
  }

  #targetOf(name: string) {
    this.#clientId++;
    return { clientId: this.#orders.get(name)!.clientId };
  }

  /** Sends a command; returns the fills of resting orders as `id:size:price`, neighbours of one order and price as one. */
  #send(draft: Draft): string[] {
    const command = { ...draft, account: 1, clientId: this.#clientId, instrument: 1 } as ClientCommand;
    const { events } = this.#engine;
    events.clear();
    this.#engine.apply(record(command), 0, this.#engine.sequence + 1, 0, 0);
    const fills: { name: string; size: number; price: number }[] = [];
    for (const event of readEvents(events.words, events.length)) {
      if (event.kind === EventKind.Rejected) this.seen.rejects++;
      if (event.kind !== EventKind.Fill) continue;
      const order = this.#byClientId.get(event.clientId as number)!;
      order.remaining = event.remaining;
      order.cumulative = event.cumulative;
      if ((event.flags & EventFlag.Maker) === 0) continue;
      const last = fills.at(-1);
      if (last?.name === order.name && last.price === event.price) last.size += event.size;
      else fills.push({ name: order.name, size: event.size, price: event.price });
    }
    return fills.map((fill) => `${fill.name}:${fill.size}:${fill.price}`);
  }

  #compare(line: string, fills: string[], recorded: string): void {
    this.seen.aggressors++;
    this.seen.fills += recorded === '' ? 0 : recorded.split(';').length;
    if (fills.join(';') !== recorded) expect(fills.join(';'), line).toBe(joined(recorded));
  }

  #compareBook(line: string, recorded: string): void {
    this.seen.books++;
    const depth = recorded.split(';').length;
    const [asks, bids] = [Side.Sell, Side.Buy].map((side) => this.#engine.levels(1, side));
    const levels = Array.from({ length: depth }, (_, i) =>
      [asks![i]?.priceTicks, asks![i]?.sizeLots, bids![i]?.priceTicks, bids![i]?.sizeLots].join(':'),
    );
    if (levels.join(';') !== recorded) expect(levels.join(';'), line).toBe(recorded);
  }
}

/** Fills as recorded, with neighbours of one order and price as one. */
function joined(recorded: string): string {
  const fills: [string, number, string][] = [];
  for (const fill of recorded.split(';')) {
    const [name, size, price] = fill.split(':') as [string, string, string];
    const last = fills.at(-1);
    if (last?.[0] === name && last[2] === price) last[1] += Number(size);
    else fills.push([name, Number(size), price]);
  }
  return fills.map((fill) => fill.join(':')).join(';');
}

describe.skipIf(missing)(`recorded flow${missing ? ` (skipped: there is nothing in ${folder})` : ''}`, () => {
  it.each(files)('trades as the venue did: $name', ({ name, outcome }) => {
    const replay = new Replay();
    const lines = gunzipSync(readFileSync(join(folder, name)))
      .toString()
      .split('\n');
    for (const line of lines) if (line !== '' && !line.startsWith('#')) replay.line(line);
    expect(replay.seen).toEqual(outcome);
  });
});
