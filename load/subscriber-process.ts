import WebSocket from 'ws';
import { LiveClock } from '../src/clock/live-clock.js';
import type { FromSubscribers, SubscriberPlan } from './subscribers.js';
import { SubscriptionCount } from './subscription-count.js';

/*
 * Subscribers of market data, in a process of their own: what they read takes no turns from who sends the orders. The load
 * run starts it with its plan as the one argument, and asks it over the channel for what has come.
 */

const SUBPROTOCOL = 'tickloom.json.v1';
/** Nobody who trades has these accounts. */
const FIRST_ACCOUNT = 800_000;
const OPENED_AT_ONCE = 50;
const NS_PER_SECOND = 1e9;

const plan = JSON.parse(process.argv[2] ?? '{}') as SubscriberPlan;
const clock = new LiveClock();

function tell(message: FromSubscribers): void {
  process.send?.(message);
}

/** Resolves with the first message of the subscription. */
function subscribe(account: number): Promise<SubscriptionCount> {
  const count = new SubscriptionCount();
  const { host, port, symbol, levels, intervalMs } = plan;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${host}:${port}/ws?account=${account}`, SUBPROTOCOL, {
      perMessageDeflate: false,
    });
    const fail = (why: string) => {
      count.ended ??= why;
      reject(new Error(`subscriber ${account} got no market data: ${why}`));
    };
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'subscribe', channel: 'depth', symbol, levels, intervalMs })),
    );
    socket.on('message', (data: Buffer) => {
      try {
        count.take(data.toString());
      } catch (error) {
        fail((error as Error).message);
        socket.terminate();
      }
      if (count.counts().messages > 0) resolve(count);
    });
    socket.on('error', (error) => fail(error.message));
    socket.on('close', (code, reason) => fail(`closed with ${code} ${reason.toString()}`.trimEnd()));
  });
}

async function main(): Promise<void> {
  const subscriptions: SubscriptionCount[] = [];
  for (let from = 0; from < plan.connections; from += OPENED_AT_ONCE) {
    const size = Math.min(OPENED_AT_ONCE, plan.connections - from);
    const opening = Array.from({ length: size }, (_, i) => subscribe(FIRST_ACCOUNT + from + i));
    subscriptions.push(...(await Promise.all(opening)));
  }
  const sinceNs = clock.nowNs();
  process.on('message', () => {
    const seconds = (clock.nowNs() - sinceNs) / NS_PER_SECOND;
    tell({ kind: 'counts', seconds, counts: subscriptions.map((one) => one.counts()) });
  });
  tell({ kind: 'ready' });
}

// A terminal's Ctrl-C is for the run, which ends this process; so does the end of the run itself.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
main().catch((error: unknown) => tell({ kind: 'failed', why: (error as Error).message }));
