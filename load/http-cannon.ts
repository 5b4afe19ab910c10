import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import type { Clock } from '../src/clock/clock.js';
import { LiveClock } from '../src/clock/live-clock.js';
import { SeededRandomness } from '../src/clock/randomness.js';
import { HttpOrders } from './http-orders.js';
import type { ListedInstrument } from './instruments.js';
import { LatencyRecorder } from './latency.js';

/*
 * autocannon against one HTTP server, in a process of its own, so that no server shares a thread with it. Takes one
 * argument, `--job` with a CannonJob in JSON, and prints a CannonResult in JSON.
 */

/** What one run of autocannon is to do. */
export interface CannonJob {
  readonly host: string;
  readonly port: number;
  readonly instrument: ListedInstrument;
  readonly connections: number;
  /** Requests before the timed ones, over the same number of connections. */
  readonly warmUpOrders: number;
  /** Timed requests; undefined: what `seconds` take at the rate of the warm-up. */
  readonly orders: number | undefined;
  readonly seconds: number | undefined;
  /** Of each connection's account: higher than all that were used before. */
  readonly firstClientId: number;
  readonly seed: number;
}

/** What came of a number of requests. */
export interface CannonCount {
  readonly sent: number;
  /** Answers by HTTP status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Connections that broke, and requests without an answer in ten seconds, which are among them. */
  readonly errors: number;
  readonly timeouts: number;
}

export interface CannonResult {
  readonly warmUp: CannonCount;
  readonly timed: CannonCount;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Bytes of an answer with its header. */
  readonly bytesPerAnswer: number;
  /** The timed latencies as an HDR histogram in base64, nanoseconds. */
  readonly histogram: string;
}

/** The part of autocannon 9's client that decides what is sent next. It is not in its types. */
interface RequestIterator {
  readonly resetted: boolean;
  readonly currentRequest: { readonly requestBuffer: Buffer };
  nextRequest(): unknown;
  recordBody(): void;
}

/**
 * Sends a connection's orders one after the other. autocannon's own iterator builds each request from an object with all its
 * headers, which takes the client longer than a fast server takes to answer: it would be the client that is measured.
 */
class OrderRequests implements RequestIterator {
  readonly resetted = false;
  currentRequest: { readonly requestBuffer: Buffer };
  readonly #orders: HttpOrders;
  readonly #connection: number;

  constructor(orders: HttpOrders, connection: number) {
    this.#orders = orders;
    this.#connection = connection;
    this.currentRequest = { requestBuffer: orders.next(connection) };
  }

  nextRequest(): void {
    this.currentRequest = { requestBuffer: this.#orders.next(this.#connection) };
  }

  recordBody(): void {}
}

interface Shot {
  readonly count: CannonCount;
  readonly seconds: number;
  readonly bytes: number;
}

async function fire(
  job: CannonJob,
  orders: HttpOrders,
  amount: number,
  clock: Clock,
  latency: LatencyRecorder,
): Promise<Shot> {
  const statuses: Record<string, number> = {};
  let connection = 0;
  let lastNs = 0;
  let bytes = 0;
  const firstNs = clock.nowNs();
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(
      {
        url: `http://${job.host}:${job.port}`,
        connections: Math.min(job.connections, amount),
        amount,
        setupClient: (client) => {
          const requests: RequestIterator = new OrderRequests(orders, connection++);
          Object.assign(client, { requestIterator: requests });
        },
      },
      (error: Error | null, done: autocannon.Result) => (error === null ? resolve(done) : reject(error)),
    );
    running.on('response', (_client, status, responseBytes, milliseconds) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      lastNs = clock.nowNs();
      bytes += responseBytes;
      latency.record(milliseconds * 1e6, 1);
    });
  });
  const { sent } = result.requests as { sent: number };
  const { errors, timeouts } = result;
  return { count: { sent, statuses, errors, timeouts }, seconds: (lastNs - firstNs) / 1e9, bytes };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { job: { type: 'string' } } });
  const job = JSON.parse(values.job ?? '{}') as CannonJob;
  const clock = new LiveClock();
  const orders = new HttpOrders(new SeededRandomness(job.seed), job.connections, job, job.firstClientId);
  const latency = new LatencyRecorder();
  const warmUp = await fire(job, orders, job.warmUpOrders, clock, latency);
  latency.reset();
  const amount = job.orders ?? Math.ceil((job.seconds! * job.warmUpOrders) / warmUp.seconds);
  const timed = await fire(job, orders, amount, clock, latency);
  const answers = Object.values(timed.count.statuses).reduce((sum, count) => sum + count, 0);
  const result: CannonResult = {
    warmUp: warmUp.count,
    timed: timed.count,
    seconds: timed.seconds,
    bytesPerAnswer: timed.bytes / Math.max(1, answers),
    histogram: latency.encoded(),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

await main();
