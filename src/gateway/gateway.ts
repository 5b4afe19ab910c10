import type { Clock } from '../clock/clock.js';
import type { NumberedAnswer, NumberedResume } from '../follower/follower-messages.js';
import type { LatencyBoard } from '../metrics/latency-board.js';
import type { ShardBoard } from '../metrics/shard-board.js';
import type { StoreBoard } from '../metrics/store-board.js';
import { LINE_BYTES, MAX_TURN_BYTES } from '../model/limits.js';
import type { Doorbell } from '../ring/doorbell.js';
import type { ReadAnswer, ReadQuestion } from '../store/read-question.js';
import type { InstrumentTable } from '../wire/instrument-table.js';
import type { AdmissionParts } from './admission.js';
import { admitSession } from './admission.js';
import { Delivery } from './delivery.js';
import { type Gatekeeper, openGate } from './gatekeeper.js';
import { type GatewayLimits, usualLimits } from './gateway-limits.js';
import { Heartbeats } from './heartbeats.js';
import { HttpAnswers } from './http/answers.js';
import { ClientIdMaker } from './http/client-id-maker.js';
import { HttpListings } from './http/listings.js';
import { HttpReads } from './http/reads.js';
import { Routes, type TakeSnapshots } from './http/routes.js';
import { Intake } from './intake.js';
import { factsOf, type LogNote } from './log-note.js';
import { MarketData, type MarketWatching } from './market/data.js';
import { MarketRequests } from './market/request.js';
import { Router } from './router.js';
import { type Admission, Protocol, type Session } from './session.js';
import { SessionMessages } from './session-messages.js';
import { SessionRegistry } from './session-registry.js';
import { SlowReaders } from './slow-readers.js';
import type { Connection } from './transport/connection.js';
import type { ConnectionCounts } from './transport/connection-counts.js';
import {
  type HttpRequest,
  isRefusal,
  type Refusal,
  type Respond,
  type TransportHandlers,
  type UpgradeRequest,
} from './transport/transport.js';
import { TurnTrace } from './turn-trace.js';

/** Close codes of RFC 6455. */
const CLOSE_GOING_AWAY = 1001;
const CLOSE_WRONG_DATA = 1003;
const CLOSE_POLICY = 1008;
const CLOSE_TRY_AGAIN = 1013;
/** Our own. */
const CLOSE_NO_HEARTBEAT = 4001;

/** Hears of sessions whose orders go when they do. */
export interface DisconnectNews {
  opened(session: Session): void;
  closed(session: Session): void;
}

export interface GatewayParts {
  readonly gateway: number;
  /** Which start of the exchange on its data directory this is, from 1. */
  readonly run: number;
  readonly clock: Clock;
  /** For bounds on real stalls, where the exchange's own time may stand still. */
  readonly realTime: Clock;
  readonly instruments: InstrumentTable;
  /** By shard: this thread produces the one and consumes the other. */
  readonly inputRings: readonly SharedArrayBuffer[];
  readonly eventRings: readonly SharedArrayBuffer[];
  readonly shardDoorbells: readonly Doorbell[];
  /** This gateway's own, rung by shards. */
  readonly doorbell: Doorbell;
  readonly board: ShardBoard;
  readonly storeBoard?: StoreBoard | undefined;
  /** Where latencies are recorded; nowhere, where it is left out. */
  readonly latency?: LatencyBoard | undefined;
  /** Whether a store is so far behind a shard that it may take no new orders. */
  readonly isStoreBehind?: ((shard: number) => boolean) | undefined;
  /** Runs once after all messages of a turn of the event loop: `setImmediate`. */
  readonly afterTurn: (run: () => void) => void;
  /** Facts for `GET /health`. */
  readonly about: Readonly<Record<string, string | number>>;
  /** Asks a follower what a session has missed; undefined where there is none. It answers by `resumed`. */
  readonly askFollower?: ((request: NumberedResume) => void) | undefined;
  /** Asks the store of orders and trades; undefined where there is none. It answers by `answered`. */
  readonly askStore?: ((id: number, question: ReadQuestion) => void) | undefined;
  /** Takes snapshots of all shards now; undefined where there are no followers. */
  readonly takeSnapshots?: TakeSnapshots | undefined;
  /** Has instruments told of; undefined where there are no followers. It answers by `watched`. */
  readonly marketWatching?: MarketWatching | undefined;
  /** Moves a test clock; undefined where the clock is live. */
  readonly advanceClock?: ((byNs: number) => void) | undefined;
  /** Who may do what; by default everybody everything. */
  readonly gatekeeper?: Gatekeeper;
  readonly limits?: GatewayLimits;
  /** Who is connected, to all gateways together; by default nobody counts. */
  readonly counts?: ConnectionCounts | undefined;
  /** Where the numbers of sessions begin. */
  readonly firstSession?: number;
  /** Takes what is worth remembering. */
  readonly log?: (note: LogNote) => void;
  /** Told of sessions whose orders go when they do. */
  readonly disconnects?: DisconnectNews | undefined;
}

/**
 * One gateway: takes messages in, writes orders into the rings, and once per turn of the event loop shows them to the
 * shards, hands on what the shards have answered, and sends once per connection.
 */
export class Gateway implements TransportHandlers {
  readonly #parts: GatewayParts;
  readonly #sessions: SessionRegistry;
  readonly #router: Router;
  readonly #trace: TurnTrace | undefined;
  readonly #intake: Intake;
  readonly #answers: HttpAnswers;
  readonly #delivery: Delivery;
  readonly #reads: HttpReads;
  readonly #routes: Routes;
  readonly #market: MarketData;
  readonly #slowReaders: SlowReaders;
  readonly #heartbeats: Heartbeats;
  readonly #admission: AdmissionParts;
  readonly #log: (note: LogNote) => void;
  readonly #clientIds: ClientIdMaker;
  readonly #turn = () => this.turn();
  readonly #wake = () => this.#woken();
  #turnDue = false;
  /** Bytes of messages and requests since the shards were shown something last. */
  #turnBytes = 0;
  /** True while a wake-up from the doorbell is outstanding. */
  #armed = false;
  #ended = false;

  constructor(parts: GatewayParts) {
    const { gateway, clock, instruments, gatekeeper = openGate, limits = usualLimits } = parts;
    this.#parts = parts;
    this.#log = parts.log ?? (() => {});
    this.#clientIds = new ClientIdMaker(parts.run, gateway);
    this.#slowReaders = new SlowReaders({
      realTime: parts.realTime,
      backlogBytes: limits.clientBacklogBytes,
      stallMs: limits.clientStallMs,
      cut: (session, why) => this.#log({ level: 'warn', event: 'session-cut', ...factsOf(session), why }),
    });
    this.#answers = new HttpAnswers(parts.realTime);
    this.#sessions = new SessionRegistry(
      gateway,
      (number) => this.#answers.has(number),
      (session) => this.#slowReaders.look(session),
      parts.firstSession,
    );
    this.#trace = parts.latency && new TurnTrace(parts.latency, gateway, clock);
    this.#router = new Router(
      parts.inputRings,
      parts.shardDoorbells,
      instruments,
      clock,
      parts.board,
      parts.isStoreBehind,
      this.#trace,
    );
    const listings = new HttpListings(this.#router, instruments, parts.board, parts.realTime);
    this.#market = new MarketData({
      instruments,
      sessions: this.#sessions,
      epochNs: () => clock.epochNs(),
      realTime: parts.realTime,
      afterTurn: parts.afterTurn,
      watching: parts.marketWatching,
    });
    const market = new MarketRequests(this.#market, instruments);
    const messages = new SessionMessages(this.#sessions, clock, market);
    this.#intake = new Intake({
      router: this.#router,
      sessions: this.#sessions,
      instruments,
      clock,
      messages,
      gatekeeper,
      messageBytes: limits.messageBytes,
      orderAgeMs: limits.orderAgeMs,
    });
    this.#heartbeats = new Heartbeats({
      clock,
      beat: (session) => {
        messages.beat(session);
        this.#sessions.sendNow(session);
      },
      close: (session) => this.#end(session, CLOSE_NO_HEARTBEAT, 'no heartbeat came: reconnect and resume'),
    });
    const { intake, counts } = { intake: this.#intake, counts: parts.counts };
    this.#admission = {
      get closing() {
        return intake.closed;
      },
      shards: parts.inputRings.length,
      isKeyed: gatekeeper.isKeyed,
      hasRoom: (address) => counts === undefined || counts.hasRoom(address),
      takesDisconnect: ({ budget }) => budget < 0 || gatekeeper.takeCancelAll(budget, clock.nowNs()),
      identify: (request) => gatekeeper.identifyUpgrade(request),
    };
    this.#delivery = new Delivery({
      gateway,
      eventRings: parts.eventRings,
      sessions: this.#sessions,
      answers: this.#answers,
      instruments,
      board: parts.board,
      askFollower: (request) => this.#askFollower(request),
      epochNs: () => clock.epochNs(),
      listings,
    });
    this.#reads = new HttpReads({
      instruments,
      shards: parts.inputRings.length,
      realTime: parts.realTime,
      handedOn: (shard) => this.#delivery.handedOn(shard),
      ask: parts.askStore,
    });
    this.#routes = new Routes({
      gateway,
      reads: this.#reads,
      isFollowed: parts.takeSnapshots !== undefined,
      storeBoard: parts.storeBoard,
      latency: parts.latency,
      intake: this.#intake,
      answers: this.#answers,
      sessions: this.#sessions,
      instruments,
      clock,
      clientIds: this.#clientIds,
      gatekeeper,
      board: parts.board,
      router: this.#router,
      about: parts.about,
      listings,
      takeSnapshots: parts.takeSnapshots,
      advanceClock: parts.advanceClock,
    });
    this.#schedule();
  }

  get isKeyed(): boolean {
    return this.#parts.gatekeeper?.isKeyed ?? false;
  }

  admit(request: UpgradeRequest): Admission | Refusal {
    const decision = admitSession(request, this.#admission);
    if (isRefusal(decision)) {
      const { status, sentence } = decision;
      this.#log({ level: 'warn', event: 'session-refused', address: request.address, status, why: sentence });
    }
    return decision;
  }

  opened(connection: Connection, admission: Admission): Session {
    const session = this.#sessions.open(connection, admission);
    this.#parts.counts?.entered(session.address);
    this.#log({ level: 'info', event: 'session-opened', ...factsOf(session) });
    this.#heartbeats.opened(session);
    if (session.disconnect !== undefined) this.#parts.disconnects?.opened(session);
    if (admission.after.length > 0) this.#delivery.resuming.begin(session, admission.after);
    return session;
  }

  /** Keys have gone or changed: their sessions end at once. */
  endSessionsOf(keyIds: readonly string[]): void {
    for (const keyId of keyIds)
      for (const session of this.#sessions.ofKey(keyId))
        this.#end(session, CLOSE_POLICY, 'the key was revoked or changed');
  }

  /** A session that is gone has left orders that were to go with it: cancels them. False where a shard takes nothing now. */
  cancelOf(session: number): boolean {
    const isSent = !this.#intake.closed && this.#router.cancelOf(session, this.#clientIds.next());
    if (!this.#turnDue) this.#schedule();
    return isSent;
  }

  #end(session: Session, code: number, reason: string): void {
    session.open = false;
    this.#log({ level: 'warn', event: 'session-ended', ...factsOf(session), why: reason });
    session.connection.close(code, reason);
  }

  /** A follower's answer to what `askFollower` has sent. */
  resumed(answer: NumberedAnswer): void {
    this.#delivery.resuming.answered(answer);
    if (!this.#turnDue) this.#schedule();
  }

  /** What `marketWatching` has asked for. */
  watched(id: number, board: SharedArrayBuffer | undefined): void {
    this.#market.watched(id, board);
    if (!this.#turnDue) this.#schedule();
  }

  /** The answer to what `askStore` has sent. */
  answered(id: number, answer: ReadAnswer): void {
    this.#reads.answered(id, answer);
  }

  /** Without a follower nobody knows what was missed, and the client is told so. */
  #askFollower(request: NumberedResume): void {
    const { askFollower } = this.#parts;
    if (askFollower !== undefined) askFollower(request);
    else {
      const { gateway, id, shard, until } = request;
      this.resumed({ gateway, id, shard, words: new Int32Array(0), isComplete: false, upTo: until });
    }
  }

  message(session: Session, message: ArrayBuffer, isBinary: boolean): void {
    if (!session.open) return;
    session.isHeard = true;
    if (isBinary === (session.protocol === Protocol.Json)) {
      session.open = false;
      const [came, taken] = isBinary ? ['binary', 'text'] : ['text', 'binary'];
      session.connection.close(
        CLOSE_WRONG_DATA,
        `${came} message: this subprotocol takes ${taken} messages only`,
      );
      return;
    }
    this.#router.begin();
    if (session.binary) this.#intake.binary(session, message);
    else this.#intake.objects(session, message);
    this.#took(message.byteLength);
  }

  ponged(session: Session): void {
    this.#slowReaders.ponged(session);
  }

  closed(session: Session): void {
    this.#parts.counts?.left(session.address);
    this.#log({ level: 'info', event: 'session-closed', ...factsOf(session) });
    this.#heartbeats.closed(session);
    this.#slowReaders.closed(session);
    if (session.disconnect !== undefined && !this.#ended) this.#parts.disconnects?.closed(session);
    this.#delivery.resuming.closed(session);
    this.#market.closed(session);
    this.#sessions.close(session);
  }

  request(request: HttpRequest, respond: Respond): void {
    this.#router.begin();
    this.#routes.handle(request, respond);
    this.#took(request.body.byteLength);
  }

  /** A turn that brings ever more must not keep those waiting whose answers are there. */
  #took(bytes: number): void {
    this.#turnBytes += Math.max(LINE_BYTES, bytes);
    if (this.#turnBytes >= MAX_TURN_BYTES) this.#handOn();
    if (!this.#turnDue) this.#schedule();
  }

  /** Shows, hands on, sends; then asks to be woken when a shard has more. */
  turn(): void {
    this.#turnDue = false;
    if (this.#ended) return;
    this.#handOn();
    this.#arm();
  }

  #handOn(): void {
    this.#turnBytes = 0;
    this.#router.publish();
    this.#trace?.mark();
    if (!this.#delivery.drain()) {
      this.#trace?.lost();
      this.#answers.finishFollowing();
      this.#sessions.closeAll(CLOSE_TRY_AGAIN, 'this gateway fell too far behind: reconnect and resume');
    }
    this.#sessions.flush();
    this.#trace?.handed();
  }

  /** Takes no more orders; what is under way is still answered. */
  closeIntake(): void {
    this.#intake.closed = true;
    // What this turn has taken already is shown to the shards before they are told to stop.
    this.#router.publish();
  }

  /** Hands on the last events and says goodbye. */
  end(): void {
    this.turn();
    this.#ended = true;
    this.#answers.close();
    this.#reads.close();
    this.#market.close();
    this.#sessions.closeAll(CLOSE_GOING_AWAY, 'the exchange is shutting down');
  }

  #schedule(): void {
    this.#turnDue = true;
    this.#parts.afterTurn(this.#turn);
  }

  /** Raises the flag by which a shard knows that this thread may be asleep, and looks once more. */
  #arm(): void {
    const { doorbell } = this.#parts;
    doorbell.prepare();
    if (!this.#delivery.empty) {
      doorbell.stay();
      if (!this.#turnDue) this.#schedule();
      return;
    }
    if (this.#armed) return;
    this.#armed = true;
    if (!doorbell.whenRung(this.#wake)) this.#woken();
  }

  #woken(): void {
    this.#armed = false;
    if (!this.#turnDue && !this.#ended) this.#schedule();
  }
}
