import type { Clock } from '../src/clock/clock.js';
import { type Answers, EchoAnswers, EventAnswers, Tally } from './answers.js';
import { Connection } from './connection.js';
import type { ClientFrames } from './frames.js';
import { LatencyRecorder } from './latency.js';

/** Something sends orders: a loop decides when each frame goes out. */
export interface SendingLoop {
  /** Sends the first frames. */
  start(): void;
  /** A connection has read: some of its orders may be answered. */
  onRead(connection: Connection): void;
  /** Nothing more is to be sent. */
  stop(): void;
}

/** Told about once a second while a loop runs. */
export interface Progress {
  readonly sent: number;
  readonly answered: number;
  readonly orders: number;
  readonly seconds: number;
}

/** Answers stopped coming, or some were not asked for. */
export class RunError extends Error {
  override readonly name = 'RunError';
}

export interface FleetSettings {
  readonly host: string;
  readonly port: number;
  readonly frames: readonly ClientFrames[];
  readonly clock: Clock;
  /** An exchange answers with events; an echo server with a frame for a frame. */
  readonly server: 'exchange' | 'echo';
  /** Where the connection of an account asks for its WebSocket; by default without credentials. */
  readonly target?: ((account: number) => string) | undefined;
  readonly onProgress: (progress: Progress) => void;
  /** How long no answer may come while some are due, in seconds. */
  readonly stallSeconds: number;
}

const NS_PER_SECOND = 1e9;

/** All connections of a run, what they have been told, and the watch over them. */
export class Fleet {
  readonly tally: Tally;
  readonly latency: LatencyRecorder;
  readonly connections: readonly Connection[];
  readonly #settings: FleetSettings;
  #failure: Error | undefined;
  #onFailure: (error: Error) => void = () => {};

  /** Opens one connection for each set of frames. Rejects with ConnectionError. */
  static async open(settings: FleetSettings): Promise<Fleet> {
    const tally = new Tally();
    const latency = new LatencyRecorder();
    const opening = settings.frames.map((frames) =>
      Connection.open({
        host: settings.host,
        port: settings.port,
        path: settings.target?.(frames.account) ?? `/ws?account=${frames.account}`,
        frames,
        clock: settings.clock,
        answers: (onControl): Answers =>
          settings.server === 'exchange'
            ? new EventAnswers(frames.orders, tally, latency, onControl)
            : new EchoAnswers(frames, tally, latency, onControl),
      }),
    );
    const settled = await Promise.allSettled(opening);
    const connections = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const refused = settled.find((each) => each.status === 'rejected');
    if (refused !== undefined) {
      for (const connection of connections) connection.close();
      throw refused.reason;
    }
    return new Fleet(settings, connections, tally, latency);
  }

  private constructor(
    settings: FleetSettings,
    connections: readonly Connection[],
    tally: Tally,
    latency: LatencyRecorder,
  ) {
    this.#settings = settings;
    this.connections = connections;
    this.tally = tally;
    this.latency = latency;
    for (const connection of connections) connection.onFailure = (error) => this.fail(error);
  }

  /** Ends the run that is under way, and any later one, with this error. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#onFailure(this.#failure);
  }

  /**
   * Lets a loop send until `orders` orders in all, since the fleet was opened, are answered. Resolves with the time of
   * the last answer.
   *
   * @throws RunError where no answer comes for the stall time, or one comes that nothing asked for.
   * @throws ConnectionError, ProtocolError as the connections do.
   */
  async run(loop: SendingLoop, orders: number): Promise<number> {
    const { tally } = this;
    let stopWatching = () => {};
    try {
      return await new Promise<number>((resolve, reject) => {
        this.#onFailure = reject;
        if (this.#failure !== undefined) throw this.#failure;
        stopWatching = this.#watch(orders);
        const onRead = (connection: Connection) => {
          if (tally.unexpected > 0)
            throw new RunError(`${tally.unexpected} answers came to orders that were not under way`);
          if (tally.answered >= orders) resolve(connection.answers.arrivalNs);
          else loop.onRead(connection);
        };
        for (const connection of this.connections) connection.onRead = onRead;
        if (tally.answered >= orders) resolve(this.#settings.clock.nowNs());
        else loop.start();
      });
    } finally {
      stopWatching();
      loop.stop();
    }
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  get sentOrders(): number {
    let sent = 0;
    for (const connection of this.connections) sent += connection.sentOrders;
    return sent;
  }

  #watch(orders: number): () => void {
    const { clock, onProgress, stallSeconds } = this.#settings;
    const startNs = clock.nowNs();
    let answered = this.tally.answered;
    let answeredNs = startNs;
    const timer = setInterval(() => {
      const nowNs = clock.nowNs();
      const sent = this.sentOrders;
      if (this.tally.answered !== answered || sent === answered) {
        answered = this.tally.answered;
        answeredNs = nowNs;
      }
      if (nowNs - answeredNs > stallSeconds * NS_PER_SECOND)
        this.fail(
          new RunError(
            `no answer came for ${stallSeconds} s: ${sent} orders were sent, ${answered} answered, ` +
              `${sent - answered} are under way, ${orders} were to be answered`,
          ),
        );
      onProgress({ sent, answered, orders, seconds: (nowNs - startNs) / NS_PER_SECOND });
    }, 1_000);
    return () => clearInterval(timer);
  }
}
