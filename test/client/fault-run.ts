import { type LoggedEvent, TickloomClient } from '../../src/client/index.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { type Listening, TickloomProcess, temporaryDirectory } from '../support/exchange-process.js';
import { CuttingProxy } from './cutting-proxy.js';
import { Trader } from './trader.js';

const SHARDS = 2;
const ACCOUNTS = [1, 2, 3];

export interface FaultRun {
  readonly transport: 'uws' | 'node';
  readonly seed: number;
  /** Kills of the exchange's process. */
  readonly kills: number;
  /** Most bytes that a connection carries before it is cut; 0: none is cut. */
  readonly cutBytes: number;
  /** Answers that each client gets before each kill, and before the end. */
  readonly answers: number;
}

export interface FaultReport {
  readonly commands: number;
  readonly events: number;
  readonly reconnects: number;
  readonly cuts: number;
  readonly faults: readonly string[];
}

/**
 * Clients trade while the exchange is killed and started again and connections are cut. Then what each was told is
 * compared with the whole log, as a client that has seen nothing is told it, and what is open with the books.
 */
export async function tradeOverFaults(run: FaultRun): Promise<FaultReport> {
  const random = new SeededRandomness(run.seed);
  const data = temporaryDirectory();
  const options = ['--shards', String(SHARDS), '--transport', run.transport, '--restarts', '0'];
  let exchange = await start(data, 0, options);
  const { port } = exchange.listening;
  const proxy = await CuttingProxy.to(port, random, run.cutBytes || 1);
  proxy.isCutting = false;
  const traders: Trader[] = [];
  for (const account of ACCOUNTS) {
    const client = await TickloomClient.connect({
      url: proxy.url,
      accounts: [account],
      reconnect: { firstMs: 10, mostMs: 200 },
    });
    traders.push(new Trader(client, new SeededRandomness(random.next32())));
  }
  proxy.isCutting = run.cutBytes > 0;
  const trading = Promise.all(traders.map((trader) => trader.trade()));
  /** Waits until each has got on by so many answers, and a random moment. */
  const progress = async () => {
    const wanted = traders.map(({ outcomes }) => outcomes.size + run.answers);
    const isOver = () => traders.some(({ faults }) => faults.length > 0);
    while (!isOver() && traders.some(({ outcomes }, i) => outcomes.size < wanted[i]!))
      await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, random.below(50)));
  };
  await progress();
  for (let i = 0; i < run.kills; i++) {
    exchange.process.kill('SIGKILL');
    await exchange.process.ended;
    exchange = await start(data, port, options);
    await progress();
  }
  proxy.isCutting = false;
  for (const trader of traders) trader.stop();
  await trading;
  const faults = traders.flatMap((trader) => trader.faults);
  for (const trader of traders) {
    await sameAsTheLog(trader, `ws://127.0.0.1:${port}`, faults);
    trader.client.close();
  }
  await sameAsTheBooks(traders, `ws://127.0.0.1:${port}`, faults);
  proxy.close();
  const ended = await exchange.process.stop();
  if (ended.code !== 0) faults.push(`the exchange ended with ${ended.code}: ${ended.stderr}`);
  return {
    commands: traders.reduce((sum, { sent }) => sum + sent, 0),
    events: traders.reduce((sum, { events }) => sum + events.length, 0),
    reconnects: traders.reduce((sum, { reconnects }) => sum + reconnects, 0),
    cuts: proxy.cuts,
    faults: faults.slice(0, 10),
  };
}

async function start(
  data: string,
  port: number,
  options: readonly string[],
): Promise<{ process: TickloomProcess; listening: Listening }> {
  const process = new TickloomProcess([
    'start',
    '--port',
    String(port),
    '--json',
    '--data',
    data,
    ...options,
  ]);
  return { process, listening: await process.listening() };
}

const FROM_THE_BEGINNING = Object.fromEntries(
  Array.from({ length: SHARDS }, (_, shard) => [shard, { sequence: 0, index: 0 }]),
);

/** How long a client may take to hear of what others did to its orders, on a machine that is busy with something else. */
const PATIENCE_MS = 20_000;

/** All are answered, but what the last commands did to others' orders may still be on its way. */
async function caughtUp(trader: Trader, log: readonly LoggedEvent[]): Promise<void> {
  const isBehind = () => trader.events.length < log.length;
  for (let waitedMs = 0; isBehind() && waitedMs < PATIENCE_MS; waitedMs += 5)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Each command has one effect and one answer, and the events are those of the log, each once, in its order. */
async function sameAsTheLog(trader: Trader, url: string, faults: string[]): Promise<void> {
  const { accounts } = trader.client;
  const witness = await TickloomClient.connect({ url, accounts, resumeFrom: FROM_THE_BEGINNING });
  const log: LoggedEvent[] = [];
  witness.on('event', (event) => log.push(event));
  witness.on('gap', ({ text }) => faults.push(`the witness: ${text}`));
  await new Promise((resolve) => witness.on('connected', resolve));
  witness.close();
  await caughtUp(trader, log);
  for (let shard = 0; shard < SHARDS; shard++) {
    const expected = log.filter((event) => event.shard === shard).map((event) => JSON.stringify(event));
    const told = trader.events.filter((event) => event.shard === shard).map((event) => JSON.stringify(event));
    const at = expected.findIndex((event, i) => event !== told[i]);
    if (at >= 0 || expected.length !== told.length)
      faults.push(
        `account ${accounts[0]}, shard ${shard}: told ${told.length} events of ${expected.length}; number ${at} is ${told[at]} instead of ${expected[at]}`,
      );
  }
  const answers = log.filter((event) => 'answer' in event && event.answer === true);
  const byId = new Map(answers.map((event) => ['clientId' in event ? event.clientId : undefined, event]));
  if (byId.size !== answers.length || answers.length !== trader.sent || trader.outcomes.size !== trader.sent)
    faults.push(
      `account ${accounts[0]}: ${trader.sent} commands, ${trader.outcomes.size} outcomes, ${answers.length} answers of ${byId.size} commands in the log`,
    );
  for (const [id, outcome] of trader.outcomes) {
    const { repeated: _, ...rest } = outcome as { readonly repeated?: true; readonly previous?: unknown };
    const answer = byId.get(id);
    if (JSON.stringify({ ...rest, previous: null }) !== JSON.stringify({ ...answer, previous: null }))
      faults.push(`${id} was answered ${JSON.stringify(outcome)}, and the log has ${JSON.stringify(answer)}`);
  }
}

/** What the events leave open is what the exchange has open. */
async function sameAsTheBooks(traders: readonly Trader[], url: string, faults: string[]): Promise<void> {
  const open = new Set<number>();
  for (const { events } of traders)
    for (const event of events) {
      if (!('orderId' in event) || event.orderId === null || event.event === 'rejected') continue;
      if ('orderDone' in event && event.orderDone === true) open.delete(event.orderId);
      else open.add(event.orderId);
    }
  const accounts = traders.map(({ client }) => client.accounts[0]!);
  const client = await TickloomClient.connect({ url, accounts });
  let orders = 0;
  for (const account of accounts) orders += (await client.cancelAll({ account })).orders;
  client.close();
  if (orders !== open.size)
    faults.push(`${open.size} orders are open by the events, ${orders} by the exchange`);
}
