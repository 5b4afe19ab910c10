import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ListedInstrument } from './instruments.js';
import { ServerError } from './server-process.js';
import type { SubscriberCounts } from './subscription-count.js';

/** What the process of the subscribers is told. */
export interface SubscriberPlan {
  readonly host: string;
  readonly port: number;
  readonly symbol: string;
  readonly connections: number;
  readonly levels: number;
  readonly intervalMs: number;
}

/** What it says. */
export type FromSubscribers =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'counts'; readonly seconds: number; readonly counts: readonly SubscriberCounts[] };

/** What all subscribers together got, from their subscriptions to the end of the run. */
export interface SubscribersReport {
  readonly connections: number;
  readonly symbol: string;
  readonly seconds: number;
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly bytes: number;
  /** How often a snapshot came instead of changes, the first of each left out. */
  readonly newSnapshots: number;
  /** Messages whose number did not follow the one before. */
  readonly gaps: number;
  /** Connections that the exchange has ended, and how. */
  readonly ended: number;
  readonly whys: Readonly<Record<string, number>>;
}

const LEVELS = 10;
const INTERVAL_MS = 100;
/** How long the process may take to subscribe, or to answer. */
const PATIENCE_MS = 60_000;

/** Clients that read the depth of a book while a run is under way. */
export class Subscribers {
  readonly #child: ChildProcess;
  readonly #plan: SubscriberPlan;
  readonly #exit: Promise<void>;

  /**
   * Subscribes `connections` clients to the depth of an exchange's first instrument, and waits until each has its snapshot.
   *
   * @param script of the process; by default the built one beside this file.
   * @throws ServerError where the exchange refuses.
   */
  static async open(
    host: string,
    port: number,
    connections: number,
    script = fileURLToPath(new URL('./subscriber-process.js', import.meta.url)),
  ): Promise<Subscribers> {
    const symbol = await firstSymbol(host, port);
    const plan = { host, port, symbol, connections, levels: LEVELS, intervalMs: INTERVAL_MS };
    const child = fork(script, [JSON.stringify(plan)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const subscribers = new Subscribers(child, plan);
    try {
      await subscribers.#next('ready');
    } catch (error) {
      await subscribers.close();
      throw error;
    }
    return subscribers;
  }

  private constructor(child: ChildProcess, plan: SubscriberPlan) {
    this.#child = child;
    this.#plan = plan;
    this.#exit = new Promise((resolve) => child.once('close', () => resolve()));
  }

  /** @throws ServerError where the process has ended or does not answer. */
  async report(): Promise<SubscribersReport> {
    const answer = this.#next('counts');
    if (this.#child.connected) this.#child.send('report');
    const { seconds, counts } = await answer;
    const sum = (of: (one: SubscriberCounts) => number) => counts.reduce((all, one) => all + of(one), 0);
    const whys: Record<string, number> = {};
    for (const { ended } of counts) if (ended !== undefined) whys[ended] = (whys[ended] ?? 0) + 1;
    const messages = sum((one) => one.messages);
    return {
      connections: this.#plan.connections,
      symbol: this.#plan.symbol,
      seconds,
      messages,
      messagesPerSecond: messages / seconds,
      bytes: sum((one) => one.bytes),
      newSnapshots: sum((one) => one.snapshots - 1),
      gaps: sum((one) => one.gaps),
      ended: sum((one) => (one.ended === undefined ? 0 : 1)),
      whys,
    };
  }

  /** Ends the process, and waits until it has. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  #next<K extends FromSubscribers['kind']>(kind: K): Promise<Extract<FromSubscribers, { kind: K }>> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const fail = (why: string) => settle(() => reject(new ServerError(`the subscribers: ${why}`)));
      const timer = setTimeout(() => fail(`nothing came for ${PATIENCE_MS / 1_000} s`), PATIENCE_MS);
      const onMessage = (message: FromSubscribers) => {
        if (message.kind === 'failed') fail(message.why);
        else if (message.kind === kind)
          settle(() => resolve(message as Extract<FromSubscribers, { kind: K }>));
      };
      const onExit = () => fail('their process has ended by itself');
      const settle = (tell: () => void) => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        tell();
      };
      child.on('message', onMessage);
      child.on('exit', onExit);
      if (child.exitCode !== null || child.signalCode !== null) onExit();
    });
  }
}

/** Why a run with these subscribers does not count, one sentence each. */
export function subscriberFailures({ gaps, ended, whys }: SubscribersReport): string[] {
  const failures: string[] = [];
  if (gaps > 0)
    failures.push(`${gaps} messages of market data did not follow the one before by their number`);
  if (ended > 0)
    failures.push(`the exchange has ended ${ended} of the subscribers: ${Object.keys(whys).join(', ')}`);
  return failures;
}

async function firstSymbol(host: string, port: number): Promise<string> {
  const response = await fetch(`http://${host}:${port}/instruments`);
  const [first] = response.ok ? ((await response.json()) as readonly ListedInstrument[]) : [];
  if (first === undefined) throw new ServerError('the exchange lists no instrument to subscribe to');
  return first.symbol;
}
