/*
 * The thread of one gateway: an event loop with a server on it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { LiveClock } from '../clock/live-clock.js';
import { SharedClock } from '../clock/shared-clock.js';
import type { SnapshotOutcome } from '../follower/follower-messages.js';
import { LatencyBoard } from '../metrics/latency-board.js';
import { ShardBoard } from '../metrics/shard-board.js';
import { StoreBoard, StoreState } from '../metrics/store-board.js';
import { Doorbell } from '../ring/doorbell.js';
import { InstrumentTable } from '../wire/instrument-table.js';
import { openGate } from './gatekeeper.js';
import { Gateway } from './gateway.js';
import type { GatewayOrder, GatewayReport, GatewayThreadData } from './gateway-messages.js';
import type { TakeSnapshots } from './http/routes.js';
import { KeyedGatekeeper } from './keyed-gatekeeper.js';
import type { LogNote } from './log-note.js';
import { LogNotes } from './log-notes.js';
import { ConnectionCounts } from './transport/connection-counts.js';
import type { Transport, TransportHandlers, TransportSettings } from './transport/transport.js';
import { loadUws, UwsTransport } from './transport/uws-transport.js';

/** How long closing handshakes may take before the server is torn down. */
const GOODBYE_MS = 200;

const data = workerData as GatewayThreadData;
const port = parentPort;
if (port === null) throw new Error('gateway-thread.ts runs as a worker thread only');
const report = (message: GatewayReport) => port.postMessage(message);

let transport: Transport | undefined;

// A thread that dies while it holds a listening uWebSockets.js app aborts the whole process: close the app first.
process.on('uncaughtException', (error) => fail(error));

try {
  await start();
} catch (error) {
  fail(error);
}

async function start(): Promise<void> {
  const clock = new SharedClock(data.clock);
  const realTime = new LiveClock();
  const instruments = new InstrumentTable();
  for (const { instrument, shard } of data.instruments) instruments.add(instrument, shard);
  /** A shard that sleeps does not see time move: it is woken, and looks whether orders have expired. */
  const advance = (byNs: number) => {
    clock.advance(byNs);
    for (const doorbell of shardDoorbells) doorbell.ring();
  };
  const shardDoorbells = data.shardDoorbells.map((buffer) => new Doorbell(buffer));
  /** Who waits for snapshots, by number of the request. */
  const snapshots = new Map<number, (outcomes: readonly SnapshotOutcome[]) => void>();
  let lastSnapshot = 0;
  const takeSnapshots: TakeSnapshots = (finish) => {
    const id = ++lastSnapshot;
    snapshots.set(id, finish);
    report({ event: 'take-snapshots', id });
  };
  const { limits } = data;
  const counts = new ConnectionCounts(
    data.counts,
    data.countSalt,
    limits.connections,
    limits.connectionsPerAddress,
  );
  const notes = new LogNotes(realTime, (note) => report({ event: 'log', note }));
  const log = (note: LogNote) => notes.take(note);
  const keyed = data.access && new KeyedGatekeeper(data.access, clock, realTime, log);
  const board = new ShardBoard(data.board);
  const storeBoard = new StoreBoard(data.storeBoard);
  const gateway = new Gateway({
    gateway: data.gateway,
    run: data.run,
    clock,
    realTime,
    instruments,
    inputRings: data.inputRings,
    eventRings: data.eventRings,
    shardDoorbells,
    doorbell: new Doorbell(data.doorbell),
    board,
    storeBoard,
    latency: new LatencyBoard(data.latency),
    isStoreBehind: (shard) => storeBoard.backlog(shard, board.published(shard)) > data.storeBacklog,
    afterTurn: setImmediate,
    about: data.about,
    takeSnapshots: data.isFollowed ? takeSnapshots : undefined,
    // A Redis answers no questions.
    askStore:
      storeBoard.state(0, 0) === StoreState.Off
        ? undefined
        : (id, question) => report({ event: 'query', id, question }),
    askFollower: data.isFollowed ? (request) => report({ event: 'resume', request }) : undefined,
    marketWatching: data.isFollowed
      ? {
          watch: (id, instrument, shard) => report({ event: 'watch', id, instrument, shard }),
          unwatch: (id) => report({ event: 'unwatch', id }),
        }
      : undefined,
    advanceClock: clock.mode === 'test' ? advance : undefined,
    limits: data.limits,
    counts,
    firstSession: data.firstSession,
    log,
    gatekeeper: keyed ?? openGate,
    disconnects: {
      opened: ({ number, actor, accounts, disconnect }) =>
        report({
          event: 'session-opened',
          opened: { session: number, keyId: actor.keyId, accounts, ...disconnect! },
        }),
      closed: ({ number }) => report({ event: 'session-closed', session: number }),
    },
  });
  transport = await makeTransport(gateway, { limits: data.limits, counts, realTime, tls: data.tls });
  const listening = await transport.listen(data.host, data.port);
  report({ event: 'listening', port: listening, transport: transport.name });

  port!.on('message', (message: GatewayOrder) => {
    const { order } = message;
    if (order === 'resumed') {
      gateway.resumed(message.answer);
      return;
    }
    if (order === 'watched') {
      gateway.watched(message.id, message.board);
      return;
    }
    if (order === 'answered') {
      gateway.answered(message.id, message.answer);
      return;
    }
    if (order === 'keys') {
      gateway.endSessionsOf(keyed?.update(message.keys) ?? []);
      return;
    }
    if (order === 'cancel-of') {
      const { session } = message;
      report({ event: 'cancelled-of', session, isSent: gateway.cancelOf(session) });
      return;
    }
    if (order === 'snapshots-taken') {
      snapshots.get(message.id)?.(message.outcomes);
      snapshots.delete(message.id);
      return;
    }
    if (order === 'close-intake') {
      transport?.stopListening();
      gateway.closeIntake();
      report({ event: 'intake-closed' });
      return;
    }
    gateway.end();
    setTimeout(() => {
      transport?.close();
      clock.close();
      realTime.close();
      report({ event: 'ended' });
      port!.close();
    }, GOODBYE_MS);
  });
}

async function makeTransport(handlers: TransportHandlers, settings: TransportSettings): Promise<Transport> {
  // Loaded where it is wanted only: a gateway starts sooner without it.
  if (data.transport === 'node') {
    const { NodeTransport } = await import('./transport/node-transport.js');
    return new NodeTransport(handlers, settings);
  }
  const uws = await loadUws();
  if (typeof uws === 'string') throw new Error(`uWebSockets.js cannot be loaded: ${uws}`);
  return new UwsTransport(uws, handlers, settings);
}

function fail(error: unknown): void {
  transport?.close();
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  report({ event: 'failed', message: `gateway ${data.gateway}: ${message}`, stack });
  port!.close();
}
