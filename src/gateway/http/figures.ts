import { memoryUsage } from 'node:process';
import type { Clock } from '../../clock/clock.js';
import type { LatencyBoard } from '../../metrics/latency-board.js';
import { writeLatency } from '../../metrics/latency-metrics.js';
import { EXPOSITION_TYPE, Exposition, type Labels, type MetricType } from '../../metrics/prometheus.js';
import {
  DiskState,
  diskStateNames,
  type ShardBoard,
  ShardPhase,
  shardPhaseNames,
} from '../../metrics/shard-board.js';
import {
  type StoreBoard,
  type StoreFigures,
  StoreState,
  storeNames,
  storeStateNames,
} from '../../metrics/store-board.js';
import type { Intake } from '../intake.js';
import type { Router } from '../router.js';
import type { SessionRegistry } from '../session-registry.js';
import type { Respond } from '../transport/transport.js';
import { reply } from './reply.js';

export interface HttpFiguresParts {
  readonly gateway: number;
  readonly clock: Clock;
  readonly board: ShardBoard;
  readonly storeBoard?: StoreBoard | undefined;
  readonly latency?: LatencyBoard | undefined;
  readonly sessions: SessionRegistry;
  readonly router: Router;
  readonly intake: Intake;
  readonly about: Readonly<Record<string, string | number>>;
  /** Whether there are followers. */
  readonly isFollowed: boolean;
}

/** A store of a shard that is wanted. */
interface StoreOfShard {
  readonly store: string;
  readonly shard: number;
  readonly figures: StoreFigures;
  /** Commands by which it is behind the shard. */
  readonly behind: number;
}

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** How the exchange is, for people (`GET /health`) and for Prometheus (`GET /metrics`). */
export class HttpFigures {
  readonly #parts: HttpFiguresParts;

  constructor(parts: HttpFiguresParts) {
    this.#parts = parts;
  }

  health(respond: Respond): void {
    const { board, sessions, router, about, clock, intake, isFollowed } = this.#parts;
    const shards = router.depths().map((waitingLines, shard) => {
      const figures = board.figures(shard);
      const { sequence, snapshot } = board.followed(shard);
      return {
        shard,
        phase: shardPhaseNames[board.phase(shard)],
        disk: diskStateNames[board.disk(shard)],
        restarts: board.restarts(shard),
        ...figures,
        waitingLines,
        ...(isFollowed
          ? { follower: { sequence, behind: Math.max(0, figures.sequence - sequence), snapshot } }
          : {}),
      };
    });
    const isWell = (shard: number) =>
      board.phase(shard) === ShardPhase.Running && board.disk(shard) === DiskState.Well;
    const well = !intake.closed && shards.every((_, shard) => isWell(shard));
    const health = {
      status: well ? 'ok' : 'failing',
      timeNs: clock.epochNs().toString(),
      ...about,
      sessions: sessions.size,
      shards,
      stores: this.#stores().map(({ store, shard, figures, behind }) => ({
        name: store,
        shard,
        state: storeStateNames[figures.state],
        sequence: figures.sequence,
        behind,
      })),
    };
    reply(respond, well ? 200 : 503, health);
  }

  metrics(respond: Respond): void {
    const out = new Exposition();
    this.#writeShards(out);
    this.#writeStores(out);
    const { about, sessions, router, latency } = this.#parts;
    if (latency !== undefined) writeLatency(out, latency);
    const gateway = this.#parts.gateway;
    const own = (name: string, help: string, samples: Sample[]) => out.metric(name, 'gauge', help, samples);
    own('tickloom_sessions', 'WebSocket sessions of the gateway that answers.', [
      { labels: { gateway }, value: sessions.size },
    ]);
    own(
      'tickloom_input_ring_lines',
      'Lines of commands that wait in the ring from the gateway that answers to a shard.',
      router.depths().map((value, shard) => ({ labels: { gateway, shard }, value })),
    );
    own('tickloom_resident_memory_bytes', 'Memory of the process.', [
      { labels: {}, value: memoryUsage.rss() },
    ]);
    const { gateway: _, ...facts } = about;
    own('tickloom_info', 'What the exchange was started as; always 1.', [{ labels: facts, value: 1 }]);
    respond(200, out.text, { 'content-type': EXPOSITION_TYPE });
  }

  #writeShards(out: Exposition): void {
    const { board, router, isFollowed } = this.#parts;
    const shards = Array.from({ length: router.shards }, (_, shard) => shard);
    const write = (name: string, type: MetricType, help: string, figure: (shard: number) => number) =>
      out.metric(
        `tickloom_${name}`,
        type,
        help,
        shards.map((shard) => ({ labels: { shard }, value: figure(shard) })),
      );
    const state = (name: string, help: string, names: readonly string[], of: (shard: number) => number) =>
      out.metric(
        `tickloom_${name}`,
        'gauge',
        help,
        shards.flatMap((shard) => stateSamples({ shard }, names, of(shard))),
      );
    const figures = (shard: number) => board.figures(shard);
    write('shard_sequence', 'gauge', 'Last sequence of a shard.', (shard) => figures(shard).sequence);
    write(
      'commands_total',
      'counter',
      'Commands that a shard has taken.',
      (shard) => figures(shard).commands,
    );
    write('groups_total', 'counter', 'Groups that a shard has journaled.', (shard) => figures(shard).groups);
    write('live_orders', 'gauge', 'Open orders of a shard.', (shard) => figures(shard).liveOrders);
    write(
      'gateways_detached_total',
      'counter',
      'Gateways that a shard went on without, since they fell too far behind.',
      (shard) => figures(shard).gatewaysDetached,
    );
    write('shard_restarts_total', 'counter', "Starts of a shard's thread after it died.", (shard) =>
      board.restarts(shard),
    );
    state('shard_state', 'What a shard is doing: 1 for its state.', shardPhaseNames, (shard) =>
      board.phase(shard),
    );
    state('disk_state', 'How a shard gets on with its disk: 1 for its state.', diskStateNames, (shard) =>
      board.disk(shard),
    );
    if (!isFollowed) return;
    const followed = (shard: number) => board.followed(shard);
    write(
      'follower_sequence',
      'gauge',
      'Last sequence that the follower of a shard has replayed.',
      (shard) => followed(shard).sequence,
    );
    write('follower_behind_commands', 'gauge', 'Commands by which a follower is behind its shard.', (shard) =>
      Math.max(0, figures(shard).sequence - followed(shard).sequence),
    );
    write(
      'snapshot_sequence',
      'gauge',
      'Sequence of the newest snapshot of a shard.',
      (shard) => followed(shard).snapshot,
    );
  }

  #writeStores(out: Exposition): void {
    const stores = this.#stores();
    if (stores.length === 0) return;
    const write = (name: string, type: MetricType, help: string, figure: (of: StoreOfShard) => number) =>
      out.metric(
        `tickloom_store_${name}`,
        type,
        help,
        stores.map((of) => ({ labels: { store: of.store, shard: of.shard }, value: figure(of) })),
      );
    out.metric(
      'tickloom_store_state',
      'gauge',
      'What a store does for a shard: 1 for its state.',
      stores.flatMap(({ store, shard, figures }) =>
        stateSamples({ store, shard }, storeStateNames, figures.state),
      ),
    );
    write(
      'sequence',
      'gauge',
      'Last sequence of a shard that a store has.',
      ({ figures }) => figures.sequence,
    );
    write('backlog_commands', 'gauge', 'Commands by which a store is behind.', ({ behind }) => behind);
    write('batch_rows', 'gauge', 'Rows at which a batch is full.', ({ figures }) => figures.batchRows);
    write(
      'waiting_rows',
      'gauge',
      'Rows that were read and are not in the store yet.',
      ({ figures }) => figures.waitingRows,
    );
    write('rows_total', 'counter', 'Rows written.', ({ figures }) => figures.rows);
    write('writes_total', 'counter', 'Writes, of a batch each.', ({ figures }) => figures.writes);
    write(
      'write_seconds_total',
      'counter',
      'Time that writes have taken.',
      ({ figures }) => figures.writeNs / 1e9,
    );
    write(
      'retries_total',
      'counter',
      'How often the store was away and tried again.',
      ({ figures }) => figures.retries,
    );
    write(
      'rows_per_second',
      'gauge',
      'Rows a second, while it writes.',
      ({ figures }) => figures.rowsPerSecond,
    );
  }

  #stores(): StoreOfShard[] {
    const { board, storeBoard, router } = this.#parts;
    if (storeBoard === undefined) return [];
    return storeNames.flatMap((name, store) =>
      Array.from({ length: router.shards }, (_, shard) => ({
        store: name,
        shard,
        figures: storeBoard.figures(store, shard),
        behind: Math.max(0, storeBoard.behind(store, shard, board.figures(shard).sequence)),
      })).filter(({ figures }) => figures.state !== StoreState.Off),
    );
  }
}

/** One series for each state there is, so that none comes and goes. */
function stateSamples(labels: Labels, names: readonly string[], state: number): Sample[] {
  return names.map((name, index) => ({
    labels: { ...labels, state: name },
    value: index === state ? 1 : 0,
  }));
}
