import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { seeded } from '../journal/journal-fixture.js';
import { AccountCommands } from '../kill/commands.js';
import { eventKey, Ledger } from '../kill/ledger.js';
import { BinaryClient, eventFlag } from '../support/binary-client.js';

const ACCOUNTS = [1, 2, 3, 4];
const MOST_UNDER_WAY = 200;
/** Between two messages of a session whose load goes on until something else is done: what it takes must be compared too. */
const PACE_MS = 16;

/** Clients who send random commands of many kinds over WebSocket, and note what they are told. */
export class StoreLoad {
  readonly ledger = new Ledger();
  readonly #random: () => number;
  #accounts: readonly AccountCommands[] | undefined;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** Commands that were answered, and not refused by a gateway. */
  get answered(): number {
    let count = 0;
    for (const { answer } of this.ledger.commands.values()) if (answer !== undefined) count++;
    return count;
  }

  /** Sends so many commands, and comes back when all are answered, or the exchange is gone. */
  async send(url: string, commands: number): Promise<void> {
    let left = commands;
    await this.#drive(
      url,
      () => left-- > 0,
      () => turn(),
    );
  }

  /** Sends until `work` is done, and comes back as above. */
  async during(url: string, work: Promise<unknown>): Promise<void> {
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    await Promise.all([
      work.finally(end),
      this.#drive(
        url,
        () => !isOver,
        () => pause(PACE_MS),
      ),
    ]);
  }

  /** Told events that are not in the tables' executions; none where a store holds all that clients know. */
  untold(executions: readonly Readonly<Record<string, string>>[]): string[] {
    const stored = new Set(executions.map((row) => `${row['place']}/${row['event_index']}`));
    return [...this.ledger.events.values()].map(eventKey).filter((key) => !stored.has(key));
  }

  async #drive(url: string, isMore: () => boolean, breathe: () => Promise<unknown>): Promise<void> {
    this.#accounts ??= await this.#listAccounts(url);
    const sessions = await Promise.all(
      this.#accounts.map(async (commands) => {
        const ws = url.replace('http:', 'ws:');
        const client = await BinaryClient.open(`${ws}/ws?account=${commands.account}`);
        return { client, commands, underWay: 0 };
      }),
    );
    let isClosed = false;
    for (const { client } of sessions)
      void client.closed.then(() => {
        isClosed = true;
      });
    let isSending = true;
    while (!isClosed && (isSending || sessions.some(({ underWay }) => underWay > 0))) {
      for (const session of sessions) {
        const { client, commands } = session;
        const records = [];
        while (isSending && session.underWay < MOST_UNDER_WAY && records.length < 8) {
          isSending = isMore();
          if (!isSending) break;
          const command = commands.next();
          this.ledger.note(command);
          records.push(command.fields);
          session.underWay++;
        }
        if (records.length > 0) client.send(...records);
        session.underWay -= this.#take(session);
      }
      await breathe();
    }
    for (const { client } of sessions) client.close();
    // A socket closes behind all that came over it.
    await Promise.all(sessions.map(({ client }) => client.closed));
    for (const session of sessions) this.#take(session);
  }

  /** Returns how many commands were answered. */
  #take({ client, commands }: { client: BinaryClient; commands: AccountCommands }): number {
    let answers = 0;
    for (const event of client.events.splice(0)) {
      this.ledger.take(event);
      if (event.flags & eventFlag.answer) answers++;
      if (event.kind === 'accepted') commands.noteOrder(event.orderId, event.instrument);
    }
    return answers;
  }

  async #listAccounts(url: string): Promise<readonly AccountCommands[]> {
    const listed = (await (await fetch(`${url}/instruments`)).json()) as
      | readonly { id: number; shard: number }[]
      | { instruments: readonly { id: number; shard: number }[] };
    const instruments = 'instruments' in listed ? listed.instruments : listed;
    const shards: number[][] = [];
    for (const { id, shard } of instruments) {
      shards[shard] ??= [];
      shards[shard].push(id);
    }
    return ACCOUNTS.map((account) => new AccountCommands(account, { shards, random: this.#random }));
  }
}
