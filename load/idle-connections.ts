import type { Socket } from 'node:net';
import { answerPings, openSession } from './handshake.js';
import { lookAtMemory, type MemoryLook } from './process-memory.js';

/** What idle connections cost. Bytes a connection; undefined where the system does not tell. */
export interface IdleReport {
  readonly connections: number;
  /** How many the server has ended before the run did. */
  readonly ended: number;
  readonly residentBytesEach: number | undefined;
  /** Of the whole machine, both ends of each connection. */
  readonly socketBufferBytesEach: number | undefined;
  readonly kernelRecordBytesEach: number | undefined;
}

/** The first account of an idle connection: nobody who trades has it. */
const FIRST_ACCOUNT = 1_000_000;
const OPENED_AT_ONCE = 100;
/** Until the exchange has swept away what opening connections left behind. */
const SETTLE_MS = 3_000;

/** Connections that say nothing, and stay. */
export class IdleConnections {
  readonly #sockets: readonly Socket[];
  readonly #before: MemoryLook;
  readonly #after: MemoryLook;
  readonly #ends: { count: number };

  /**
   * Opens `count` connections to a server, and looks at the memory of the process before and after.
   *
   * @throws Error where one is refused
   */
  static async open(host: string, port: number, pid: number, count: number): Promise<IdleConnections> {
    await settle();
    const before = lookAtMemory(pid);
    const sockets: Socket[] = [];
    const ends = { count: 0 };
    try {
      for (let from = 0; from < count; from += OPENED_AT_ONCE) {
        const batch = Array.from({ length: Math.min(OPENED_AT_ONCE, count - from) }, (_, i) =>
          openSession({ host, port, account: FIRST_ACCOUNT + from + i }, () => {
            ends.count++;
          }),
        );
        for (const socket of await Promise.all(batch)) {
          answerPings(socket);
          sockets.push(socket);
        }
      }
    } catch (error) {
      for (const socket of sockets) socket.destroy();
      throw error;
    }
    await settle();
    return new IdleConnections(sockets, before, lookAtMemory(pid), ends);
  }

  private constructor(
    sockets: readonly Socket[],
    before: MemoryLook,
    after: MemoryLook,
    ends: { count: number },
  ) {
    this.#sockets = sockets;
    this.#before = before;
    this.#after = after;
    this.#ends = ends;
  }

  report(): IdleReport {
    const connections = this.#sockets.length;
    const each = (name: keyof MemoryLook) => {
      const [before, after] = [this.#before[name], this.#after[name]];
      return before === undefined || after === undefined
        ? undefined
        : Math.round((after - before) / connections) || 0;
    };
    return {
      connections,
      ended: this.#ends.count,
      residentBytesEach: each('residentBytes'),
      socketBufferBytesEach: each('socketBufferBytes'),
      kernelRecordBytesEach: each('kernelRecordBytes'),
    };
  }

  close(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners('close');
      socket.destroy();
    }
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
