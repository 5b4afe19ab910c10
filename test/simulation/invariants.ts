import { JournalDamage } from '../../src/journal/faults.js';
import { openShard } from '../../src/shard/recovery.js';
import { accountOf, type Sendable } from './command-flow.js';
import type { Chance, FaultCounts } from './faults.js';
import { SECTOR_BYTES } from './file-content.js';
import { LogWitness } from './log-witness.js';
import type { SimulatedClient } from './simulated-client.js';
import type { SimulatedDisk } from './simulated-disk.js';
import { DIRECTORY, type SimulatedShard } from './simulated-shard.js';
import { isRepeated, type ToldEvent } from './told-event.js';
import { Violation } from './violation.js';

/** What is compared after each start, over the whole life of the simulation. */
export class Invariants {
  checks = 0;
  readonly #witnesses: readonly LogWitness[];

  constructor(shards: number, sent: ReadonlyMap<string, Sendable>) {
    this.#witnesses = Array.from({ length: shards }, (_, shard) => new LogWitness(shard, sent));
  }

  /** Commands in the logs as of the last check. */
  get commands(): number {
    return this.#witnesses.reduce((sum, { commands }) => sum + commands, 0);
  }

  get oracleChecks(): number {
    return this.#witnesses.reduce((sum, { checks }) => sum + checks, 0);
  }

  /** A shard has recovered: its books are those of its log, and the log holds all that it did before. */
  checkShard(shard: SimulatedShard, disk: SimulatedDisk, clients: readonly SimulatedClient[]): void {
    const witness = this.#witnesses[shard.number]!;
    for (const client of clients) {
      for (const book of client.books) if (book.shard === shard.number) witness.tell(book);
      client.books = client.books.filter((book) => book.shard !== shard.number);
    }
    witness.read({ directory: DIRECTORY, shard: shard.number, disk: disk.copyWithOldSegments() });
    this.checks++;
    if (!isSame(shard.engine.snapshot(), witness.engine.snapshot()))
      throw new Violation(
        'recovered',
        `shard ${shard.number} has recovered to other books than its log gives`,
      );
  }

  /** All that clients were told of some shards, which have just been checked, is in the logs. */
  checkClients(clients: readonly SimulatedClient[], shards: readonly SimulatedShard[]): void {
    for (const client of clients) {
      const others: ToldEvent[] = [];
      for (const event of client.told)
        if (shards.some(({ number }) => number === event.shard)) this.#checkTold(event);
        else others.push(event);
      this.checks += client.told.length - others.length;
      client.told = others;
    }
  }

  /** What was refused each time that it arrived has had no effect. Once all logs were read to their end. */
  checkRefused(clients: readonly SimulatedClient[]): void {
    for (const { draft, delivered, refused } of clients.flatMap(({ givenUp }) => givenUp)) {
      // Of what goes to all shards some may have been refused by one shard alone.
      if (draft.answers > 1 || refused < delivered) continue;
      this.checks++;
      const { command } = draft;
      if (this.#witnesses.some((witness) => witness.hasEffect(accountOf(command), command.clientId)))
        throw new Violation('refused', `what was refused has had an effect: ${JSON.stringify(command)}`);
    }
  }

  /** The follower has replayed all that its shard has published. */
  checkFollower({ follower, engine, number }: SimulatedShard): void {
    this.checks++;
    if (follower!.sequence === engine.sequence && !isSame(follower!.engine.snapshot(), engine.snapshot()))
      throw new Violation('followed', `the follower of shard ${number} has come to other books`);
  }

  /** Flips bits of a copy of the disk: a start on it finds them, or comes to the same as one on the disk itself. */
  flipBits(disk: SimulatedDisk, chance: Chance, faults: FaultCounts): void {
    const copy = disk.copy();
    const files = copy
      .files()
      .filter(({ path, content }) => path.startsWith(`${DIRECTORY}/shard-`) && content.size > 0);
    if (files.length === 0) return;
    const { path, content } = chance.pick(files);
    const used = [...content.current.keys()];
    // Mostly where something stands.
    const sector =
      used.length === 0 || chance.oneIn(5)
        ? chance.below(Math.max(1, Math.floor(content.size / SECTOR_BYTES)))
        : chance.pick(used);
    const at = Math.min(content.size - 1, sector * SECTOR_BYTES + chance.below(SECTOR_BYTES));
    const byte = new Uint8Array(1);
    content.read(byte, 1, at);
    for (let i = chance.between(1, 2); i > 0; i--) byte[0]! ^= 1 << chance.below(8);
    content.write(byte, at, 0);
    faults.count('bitFlips');
    this.checks++;
    for (const witness of this.#witnesses)
      this.#checkFlipped(witness.shard, disk, copy, `byte ${at} of ${path}`);
  }

  #checkFlipped(shard: number, disk: SimulatedDisk, flipped: SimulatedDisk, where: string): void {
    const source = { directory: DIRECTORY, shard, disk: disk.copy() };
    const damaged = { directory: DIRECTORY, shard, disk: flipped };
    let engine: Uint8Array;
    let commands: number;
    try {
      const recovered = openShard(damaged);
      engine = recovered.engine.snapshot();
      commands = recovered.summary.nextSequence;
    } catch (error) {
      if (error instanceof JournalDamage && /at byte \d+ of \//.test(error.message)) return;
      throw new Violation(
        'flipped',
        `a start on a disk with a flip at ${where} says: ${describe(error)}`,
        error,
      );
    }
    const whole = openShard(source);
    if (commands !== whole.summary.nextSequence || !isSame(engine, whole.engine.snapshot()))
      throw new Violation('flipped', `a start on a disk with a flip at ${where} comes to other books`);
  }

  #checkTold(event: ToldEvent): void {
    const logged = this.#witnesses[event.shard]!.event(event.place, event.index);
    if (logged === undefined)
      throw new Violation(
        'acknowledged',
        `account ${event.account} was told event ${event.place}.${event.index}, which the log does not give`,
      );
    const isSameEvent = isRepeated(event) ? logged.answer === event.answer : logged.content === event.content;
    if (!isSameEvent)
      throw new Violation(
        'acknowledged',
        `account ${event.account} was told another event ${event.place}.${event.index} than the log gives`,
      );
  }
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
