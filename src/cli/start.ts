import { LiveClock } from '../clock/live-clock.js';
import { clockSettingsFrom } from '../clock/settings.js';
import type { ExchangeFacts } from '../exchange.js';
import type { GatewayLimits } from '../gateway/gateway-limits.js';
import type { TlsFiles } from '../gateway/transport/transport.js';
import { LOCK_WAIT_MS, MAX_OPEN_ORDERS } from '../model/limits.js';
import { priceText, sizeText } from '../wire/instrument-object.js';
import { ExchangeLog } from './exchange-log.js';
import { stepBackHelperThreads } from './helper-threads.js';
import { UsageError } from './option-table.js';
import { readStartOptions, type StartOptions } from './options.js';
import { asChild, EXIT_TRY_AGAIN, runParent } from './parent.js';
import { stopSignal } from './stop-signal.js';

/** `tickloom start`: runs an exchange until it is told to stop. Returns the exit code. */
export async function start(args: readonly string[]): Promise<number> {
  const request = readStartOptions(args, process.env);
  if (typeof request === 'string') {
    console.log(request);
    return 0;
  }
  const { options, instruments } = request;
  const clock = readClock();
  if (options.restarts > 0 && !asChild.is) return await runParent(options, new LiveClock());
  if (asChild.is) asChild.followParent();
  stepBackHelperThreads(options.backgroundNiceness);
  const realTime = new LiveClock();
  const stopAsked = stopSignal(realTime);
  const { log: file, data } = options;
  const log = new ExchangeLog({ log: file, level: options.logLevel, data, realTime });
  // Loaded here: the parent stays small without it.
  const { Exchange } = await import('../exchange.js');
  const exchange = await Exchange.start({
    ...options,
    port: asChild.port || options.port,
    clock,
    instruments,
    maxOpenOrdersOfNewLog: MAX_OPEN_ORDERS,
    limits: limitsOf(options),
    tls: tlsOf(options),
    lockWaitMs: LOCK_WAIT_MS,
    log: log.take,
    warn: (sentence) => {
      console.error(`tickloom: ${sentence}`);
      log.take({ level: 'warn', event: 'warning', text: sentence });
    },
  });
  log.take({ level: 'info', event: 'listening', host: exchange.facts.host, port: exchange.facts.port });
  // The parent first: whoever reads that the exchange listens may rely on its being started again.
  if (asChild.is) asChild.listens(exchange.facts.port);
  const say = options.json ? sayJson : sayText;
  say(exchange.facts, options);

  const end = await Promise.race([stopAsked, exchange.failed]);
  const failed = end !== 'SIGINT' && end !== 'SIGTERM';
  if (failed) console.error(`tickloom: ${end}`);
  else if (!options.json) console.log(`\n${end}: answering what is under way, then stopping.`);
  await exchange.stop();
  log.take({ level: failed ? 'error' : 'info', event: 'stopped', why: end });
  log.close();
  if (options.json) console.log(JSON.stringify({ event: 'stopped' }));
  if (!failed) return 0;
  return asChild.is ? EXIT_TRY_AGAIN : 1;
}

function limitsOf(options: StartOptions): GatewayLimits {
  return {
    messageBytes: options.messageBytes,
    connections: options.maxConnections,
    connectionsPerAddress: options.maxConnectionsPerAddress,
    idleSeconds: options.idleSeconds,
    handshakeMs: options.handshakeMs,
    requestMs: options.requestMs,
    orderAgeMs: options.orderAgeMs,
    clientBacklogBytes: options.clientBacklogBytes,
    clientStallMs: options.clientStallMs,
  };
}

function tlsOf({ tlsCert, tlsKey }: StartOptions): TlsFiles | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new UsageError(['TLS needs both: --tls-cert <file> and --tls-key <file>']);
  return { certificate: tlsCert, key: tlsKey };
}

function readClock() {
  try {
    return clockSettingsFrom(process.env);
  } catch (error) {
    throw new UsageError([(error as Error).message]);
  }
}

function sayJson(facts: ExchangeFacts, { data }: StartOptions): void {
  const { host, port, transport, gateways, keys } = facts;
  const shards = facts.shards.map((summary, shard) => ({
    shard,
    commands: summary.commands,
    snapshot: summary.snapshot,
    nextSequence: summary.nextSequence,
    cut: summary.cut ?? null,
  }));
  const instruments = facts.instruments.map(({ id, symbol }) => ({ id, symbol }));
  console.log(
    JSON.stringify({
      event: 'listening',
      host,
      port,
      transport,
      gateways,
      keys: keys ?? null,
      data,
      shards,
      instruments,
    }),
  );
}

function sayText(facts: ExchangeFacts, options: StartOptions): void {
  const { data } = options;
  const { host, port } = facts;
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const s = options.tlsCert === undefined ? '' : 's';
  if (facts.transport === 'node') {
    const why = facts.transportWhy === undefined ? '' : ' (uWebSockets.js has no binary for this platform)';
    console.log(`Serving with plain Node.js${why}: the same protocol, slower.`);
  }
  for (const [shard, { commands, cut, snapshot }] of facts.shards.entries()) {
    const from = snapshot > 0 ? `the snapshot at sequence ${snapshot} and ` : '';
    if (commands > 0 || snapshot > 0)
      console.log(`Shard ${shard}: recovered from ${from}${commands} commands in ${data}.`);
    if (cut !== undefined)
      console.log(
        `Shard ${shard}: cut ${cut.bytes} bytes at byte ${cut.offset} of ${cut.file}: a group that was being written, of which nobody was told.`,
      );
  }
  const kept = keptText(options);
  console.log(
    `Tickloom listens on ${at}: WebSocket at ws${s}://${at}/ws, HTTP at http${s}://${at}, ${kept}.`,
  );
  console.log(
    facts.keys === undefined
      ? 'Open to everybody on this machine, who may do everything: there is no keys file ("tickloom keys add" makes one).'
      : `${facts.keys} keys may do what the keys file says.`,
  );
  console.log(
    `Instruments: ${facts.instruments.map(({ symbol }) => symbol).join(', ') || 'none'}. Stop with Ctrl-C.`,
  );
  const first = facts.instruments[0];
  if (first === undefined) return;
  const order = {
    clientOrderId: 'first',
    symbol: first.symbol,
    side: 'buy',
    price: priceText(Math.max(first.minPriceTicks, Math.min(first.maxPriceTicks, 1000)), first),
    size: sizeText(first.minSizeLots, first),
  };
  if (facts.keys !== undefined) {
    console.log(
      'Requests are signed: "tickloom keys sign --help" shows how to send one from another terminal.',
    );
    return;
  }
  console.log('A first order, from another terminal:\n');
  console.log(
    `  curl -s http${s}://${at}/orders -H 'content-type: application/json' -d '${JSON.stringify(order)}'\n`,
  );
}

/** What is kept, and where; addresses may hold passwords, and are not told. */
function keptText({ data, durability, postgres, redis }: StartOptions): string {
  if (durability === 'none') return 'nothing is kept on disk';
  const here = postgres === 'embedded' ? 'journal and tables' : 'journal';
  const there = [
    ...(postgres === 'embedded' || postgres === 'off' ? [] : ['tables in Postgres']),
    ...(redis === undefined ? [] : ['streams in Redis']),
  ];
  return [`${here} in ${data}`, ...there].join(', ');
}
