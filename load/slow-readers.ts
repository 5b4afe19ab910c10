import type { Socket } from 'node:net';
import type { Clock } from '../src/clock/clock.js';
import type { ClientFrames } from './frames.js';
import { openSession } from './handshake.js';

/** What became of one connection that sends and never reads. */
export interface SlowReader {
  readonly sentOrders: number;
  /** From its first order to its end; undefined where it was still open. */
  readonly closedAfterMs: number | undefined;
  /** How its end showed: `ECONNRESET`, `EPIPE`, `closed`. */
  readonly why: string | undefined;
}

/** All of them together. */
export interface SlowReadersReport {
  readonly connections: number;
  readonly closed: number;
  /** Of those that were closed; undefined where none was. */
  readonly firstClosedMs: number | undefined;
  readonly lastClosedMs: number | undefined;
  readonly sentOrders: number;
  /** How their ends showed, and how often. */
  readonly whys: Readonly<Record<string, number>>;
}

const TICK_MS = 10;
/** Bytes that may wait in this process for one socket: what is over it waits in nobody's memory. */
const MOST_WAITING_BYTES = 64 * 1024;

interface State {
  readonly frames: ClientFrames;
  readonly socket: Socket;
  sentFrames: number;
  firstNs: number | undefined;
  endNs: number | undefined;
  why: string | undefined;
}

/**
 * Connections that send orders and never read. A client that does not read learns of its end by what it sends: the kernel
 * answers that with a reset.
 */
export class SlowReaders {
  readonly #clock: Clock;
  readonly #states: readonly State[];
  readonly #framesPerTick: number;
  #timer: NodeJS.Timeout | undefined;

  /**
   * Opens one connection for each set of frames, each of which sends `ordersPerSecond` and begins again at its first frame
   * when it has sent the last.
   */
  static async open(
    host: string,
    port: number,
    frames: readonly ClientFrames[],
    ordersPerSecond: number,
    clock: Clock,
    targetOf?: (account: number) => string,
  ): Promise<SlowReaders> {
    const states: State[] = [];
    for (const one of frames) {
      const ended = (why: string) => {
        if (state.endNs !== undefined) return;
        state.endNs = clock.nowNs();
        state.why = why;
      };
      const socket = await openSession(
        { host, port, account: one.account, target: targetOf?.(one.account) },
        ended,
      );
      const state: State = {
        frames: one,
        socket,
        sentFrames: 0,
        firstNs: undefined,
        endNs: undefined,
        why: undefined,
      };
      socket.pause();
      states.push(state);
    }
    return new SlowReaders(states, ordersPerSecond, clock);
  }

  private constructor(states: readonly State[], ordersPerSecond: number, clock: Clock) {
    this.#states = states;
    this.#clock = clock;
    this.#framesPerTick = Math.max(1, Math.round((ordersPerSecond * TICK_MS) / 1_000));
  }

  start(): void {
    this.#timer = setInterval(() => {
      for (const state of this.#states) this.#send(state);
    }, TICK_MS);
  }

  get open(): number {
    return this.#states.filter(({ endNs }) => endNs === undefined).length;
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const state of this.#states) {
      state.socket.removeAllListeners('close');
      state.socket.destroy();
    }
  }

  report(): SlowReadersReport {
    const ends = this.readers();
    const closed = ends.flatMap(({ closedAfterMs }) => (closedAfterMs === undefined ? [] : [closedAfterMs]));
    const whys: Record<string, number> = {};
    for (const { why } of ends) if (why !== undefined) whys[why] = (whys[why] ?? 0) + 1;
    return {
      connections: ends.length,
      closed: closed.length,
      firstClosedMs: closed.length === 0 ? undefined : Math.min(...closed),
      lastClosedMs: closed.length === 0 ? undefined : Math.max(...closed),
      sentOrders: ends.reduce((sum, { sentOrders }) => sum + sentOrders, 0),
      whys,
    };
  }

  readers(): SlowReader[] {
    return this.#states.map(({ frames, sentFrames, firstNs, endNs, why }) => ({
      sentOrders: sentFrames * frames.ordersPerFrame,
      closedAfterMs:
        firstNs === undefined || endNs === undefined ? undefined : Math.round((endNs - firstNs) / 1e6),
      why,
    }));
  }

  #send(state: State): void {
    if (state.endNs !== undefined || state.socket.writableLength > MOST_WAITING_BYTES) return;
    state.firstNs ??= this.#clock.nowNs();
    const { frames } = state;
    const from = state.sentFrames % frames.frames;
    const to = Math.min(frames.frames, from + this.#framesPerTick);
    state.socket.write(frames.bytes.subarray(frames.start(from), frames.start(to)));
    state.sentFrames += to - from;
  }
}
