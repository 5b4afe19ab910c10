import { rm } from 'node:fs/promises';
import WebSocket from 'ws';
import { Exchange, type ExchangeSettings } from '../exchange.js';
import { EventFlag } from '../model/event.js';
import { CELL_WORDS, EVENT_CODE, eventCells, eventFlags } from '../wire/event-record.js';
import { LINE_WORDS } from '../wire/order-record.js';
import { bookRead } from './replay-record.js';
import { type OnEvent, ReplayAccount, type ReplayVenue } from './replay-venue.js';

/** Records of one message: as many as a message may hold would do, fewer keep the round trip short. */
const MESSAGE_LINES = 256;

/** A whole exchange on a free port, and one WebSocket connection for each of the two accounts. */
export class GatewayVenue implements ReplayVenue {
  readonly #exchange: Exchange;
  readonly #directory: string;
  readonly #connections: readonly Connection[];

  private constructor(exchange: Exchange, directory: string, connections: readonly Connection[]) {
    this.#exchange = exchange;
    this.#directory = directory;
    this.#connections = connections;
  }

  /** Starts the exchange in `settings.data`, which is removed in the end. */
  static async start(settings: ExchangeSettings, onEvent: OnEvent): Promise<GatewayVenue> {
    const exchange = await Exchange.start(settings);
    const { host, port } = exchange.facts;
    const accounts = [ReplayAccount.Maker, ReplayAccount.Taker];
    const connections = await Promise.all(
      accounts.map((account) =>
        Connection.open(`ws://${host}:${port}/ws?account=${account}`, account, onEvent),
      ),
    );
    return new GatewayVenue(exchange, settings.data, connections);
  }

  get underWay(): number {
    return this.#connections.reduce((sum, connection) => sum + connection.underWay, 0);
  }

  send(account: ReplayAccount, record: Int32Array): void {
    this.#of(account).send(record);
  }

  async settle(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.settle()));
    // An answer to one account says nothing of the other's events: a read on each comes back behind all of them.
    for (const connection of this.#connections) connection.send(bookRead(1, 0));
    await Promise.all(this.#connections.map((connection) => connection.settle()));
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await this.#exchange.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #of(account: ReplayAccount): Connection {
    return this.#connections[account - 1]!;
  }
}

/** A binary session of one account. */
class Connection {
  underWay = 0;
  readonly #socket: WebSocket;
  readonly #out = new Int32Array(MESSAGE_LINES * LINE_WORDS);
  #outWords = 0;
  #settled: (() => void) | undefined;
  #failed: Error | undefined;
  #fail: (error: Error) => void = () => {};

  private constructor(socket: WebSocket, account: ReplayAccount, onEvent: OnEvent) {
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.on('message', (message: ArrayBuffer) => this.#receive(new Int32Array(message), account, onEvent));
    socket.on('close', (code, reason) =>
      this.#end(new Error(`the exchange closed the session: ${code} ${reason}`)),
    );
    socket.on('error', (error) => this.#end(error));
  }

  static async open(url: string, account: ReplayAccount, onEvent: OnEvent): Promise<Connection> {
    const socket = new WebSocket(url, 'tickloom.binary.v1', { perMessageDeflate: false });
    const connection = new Connection(socket, account, onEvent);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return connection;
  }

  send(record: Int32Array): void {
    if (this.#outWords === this.#out.length) this.#flush();
    this.#out.set(record, this.#outWords);
    this.#outWords += LINE_WORDS;
    this.underWay++;
  }

  /** Resolves once all that was sent is answered. Rejects where the session ends before. */
  async settle(): Promise<void> {
    this.#flush();
    if (this.#failed !== undefined) throw this.#failed;
    if (this.underWay === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#settled = resolve;
      this.#fail = reject;
    });
  }

  close(): void {
    this.#socket.close();
  }

  #flush(): void {
    if (this.#outWords === 0) return;
    this.#socket.send(this.#out.slice(0, this.#outWords));
    this.#outWords = 0;
  }

  #receive(words: Int32Array, account: ReplayAccount, onEvent: OnEvent): void {
    for (let at = 0; at < words.length; at += eventCells(words[at]!) * CELL_WORDS) {
      onEvent(account, words, at);
      if (eventFlags(words[at + EVENT_CODE]!) & EventFlag.Answer) this.underWay--;
    }
    if (this.underWay > 0 || this.#outWords > 0) return;
    this.#settled?.();
    this.#settled = undefined;
  }

  #end(error: Error): void {
    this.#failed ??= error;
    this.#fail(error);
  }
}
