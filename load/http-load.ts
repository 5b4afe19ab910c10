import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LiveClock } from '../src/clock/live-clock.js';
import { openDataDirectory } from './data-directory.js';
import { reportDisk } from './disk-report.js';
import { startExchange } from './exchange-process.js';
import type { CannonJob, CannonResult } from './http-cannon.js';
import type { HttpOptions } from './http-options.js';
import { answersOf, type HttpReport, type HttpServer, httpFailures, serverFigures } from './http-report.js';
import type { ListedInstrument } from './instruments.js';
import { countJournal } from './journal-count.js';
import { ServerError, ServerProcess } from './server-process.js';

const HOST = '127.0.0.1';

/** Bytes of a header of an answer, about: what is left of an answer is its body. */
const HEADER_BYTES = 145;

/** The body of a bare server's answer where the exchange's has not been seen yet. */
const FIRST_ANSWER_BYTES = 450;

/**
 * The load over HTTP: autocannon against the exchange, a bare uWebSockets.js route and Fastify, each in a process of its own,
 * round after round in turns.
 *
 * @throws ServerError where one of them cannot be started or ends by itself.
 */
export async function runHttp(
  options: HttpOptions,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<HttpReport> {
  const data = openDataDirectory(options.dataDirectory);
  const servers: ServerProcess[] = [];
  try {
    const clock = new LiveClock();
    const disk = reportDisk(data.path, clock);
    clock.close();
    const exchange = await startExchange(options, data);
    servers.push(exchange);
    const instrument = await firstInstrument(exchange.port);
    const results: Record<HttpServer, CannonResult[]> = { exchange: [], bare: [], fastify: [] };
    let firstClientId = 1;
    const fire = async (name: HttpServer, server: ServerProcess, round: number) => {
      signal.throwIfAborted();
      const result = await Promise.race([
        cannon(jobOf(options, server.port, instrument, firstClientId, round), signal),
        server.died,
      ]);
      // Ids of the exchange are used up; the others get the same, so that they have the same to read.
      if (name === 'exchange') firstClientId += result.warmUp.sent + result.timed.sent + 1;
      results[name].push(result);
      note(`round ${round}: ${name} ${Math.round(answersOf(result) / result.seconds)} orders/s\n`);
      return result;
    };
    const first = await fire('exchange', exchange, 1);
    const answerBytes = Math.round(first.bytesPerAnswer - HEADER_BYTES) || FIRST_ANSWER_BYTES;
    const bare = await startBaseline('the bare server', 'uws-server', ['--answer-bytes', `${answerBytes}`]);
    servers.push(bare);
    const fastify = await startBaseline('Fastify', 'fastify-server', []);
    servers.push(fastify);
    for (let round = 1; round <= options.rounds; round++) {
      if (round > 1) await fire('exchange', exchange, round);
      await fire('bare', bare, round);
      await fire('fastify', fastify, round);
    }
    await exchange.stop();
    const journal = options.durability === 'none' ? undefined : countJournal(data.path, options.shards);
    const report = {
      options,
      disk,
      answerBytes,
      exchange: serverFigures(results.exchange),
      bare: serverFigures(results.bare),
      fastify: serverFigures(results.fastify),
      journaledOrders: journal?.orders,
    };
    return { ...report, failures: httpFailures(report) };
  } finally {
    for (const server of servers) await server.kill();
    data.remove();
  }
}

function jobOf(
  options: HttpOptions,
  port: number,
  instrument: ListedInstrument,
  firstClientId: number,
  round: number,
): CannonJob {
  const { connections, warmUpOrders, orders, seconds, seed } = options;
  return {
    host: HOST,
    port,
    instrument,
    connections,
    warmUpOrders,
    orders,
    seconds: orders === undefined ? seconds : undefined,
    firstClientId,
    seed: (seed + round - 1) >>> 0,
  };
}

function startBaseline(name: string, file: string, args: readonly string[]): Promise<ServerProcess> {
  const script = fileURLToPath(new URL(`./http-baselines/${file}.js`, import.meta.url));
  return ServerProcess.start(name, script, args);
}

async function firstInstrument(port: number): Promise<ListedInstrument> {
  const response = await fetch(`http://${HOST}:${port}/instruments`);
  const [first] = (await response.json()) as readonly ListedInstrument[];
  if (first === undefined)
    throw new ServerError('the exchange lists no instrument; give --config one that does');
  return first;
}

/** Runs autocannon in a process of its own. */
function cannon(job: CannonJob, signal: AbortSignal): Promise<CannonResult> {
  const script = fileURLToPath(new URL('./http-cannon.js', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, '--job', JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = () => child.kill('SIGKILL');
    signal.addEventListener('abort', end, { once: true });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve(JSON.parse(output) as CannonResult);
      else reject(new ServerError(`autocannon ended with exit code ${code}:\n${errors.trim()}`));
    });
  });
}
