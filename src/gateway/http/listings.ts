import type { Clock } from '../../clock/clock.js';
import type { ShardBoard } from '../../metrics/shard-board.js';
import { differingField, type Instrument } from '../../model/instrument.js';
import { HTTP_ANSWER_MS } from '../../model/limits.js';
import { RejectCode } from '../../model/reject.js';
import { instrumentObject } from '../../wire/instrument-object.js';
import type { InstrumentTable } from '../../wire/instrument-table.js';
import { readListing } from '../../wire/listing-object.js';
import type { Router } from '../router.js';
import type { Respond } from '../transport/transport.js';
import { fail, refuse, reply } from './reply.js';

/**
 * Instruments that are added to a running exchange. A listing is known by its symbol, so it may be asked for again: the same
 * one is answered with what is listed. The shard is chosen by the symbol, so that two of one symbol meet in one log.
 */
export class HttpListings {
  readonly #router: Router;
  readonly #instruments: InstrumentTable;
  readonly #board: ShardBoard;
  readonly #realTime: Clock;
  /** Who waits, by number of the instrument. */
  readonly #waiting = new Map<number, Respond>();

  constructor(router: Router, instruments: InstrumentTable, board: ShardBoard, realTime: Clock) {
    this.#router = router;
    this.#instruments = instruments;
    this.#board = board;
    this.#realTime = realTime;
  }

  /** Lists the instrument of a request. */
  add(body: unknown, respond: Respond): void {
    const instrument = readListing(body);
    if (typeof instrument === 'string') {
      refuse(respond, {
        code: RejectCode.BadInstrument,
        sentence: `The instrument cannot be listed: ${instrument}.`,
      });
      return;
    }
    const known = this.#instruments.all().find(({ symbol }) => symbol === instrument.symbol);
    if (known !== undefined) {
      if (differingField(instrument, known) === undefined) this.#tell(known, 200, respond);
      else refuse(respond, { code: RejectCode.InstrumentAlreadyListed });
      return;
    }
    const id = this.#board.nextInstrument();
    const sent = this.#router.list({ id, ...instrument }, shardOf(instrument.symbol, this.#router.shards));
    if (sent < 0) {
      refuse(respond, { code: -sent });
      return;
    }
    this.#waiting.set(id, respond);
    this.#realTime.setAlert(this.#realTime.nowNs() + HTTP_ANSWER_MS * 1e6, () => {
      if (this.#waiting.delete(id))
        fail(respond, 504, 'no-answer', 'The answer did not come in time; ask for the instrument again.');
    });
  }

  /** A shard has listed an instrument, which stands in the table by now. */
  listed(instrument: Instrument): void {
    const respond = this.#waiting.get(instrument.id);
    if (respond === undefined) return;
    this.#waiting.delete(instrument.id);
    this.#tell(instrument, 201, respond);
  }

  /** A shard has rejected a command of its own account: it may have been a listing. */
  rejected(id: number, code: number): void {
    const respond = this.#waiting.get(id);
    if (respond === undefined) return;
    this.#waiting.delete(id);
    refuse(respond, { code });
  }

  #tell(instrument: Instrument, status: number, respond: Respond): void {
    const shard = this.#instruments.shardOf(instrument.id);
    reply(respond, status, { ...instrumentObject(instrument), shard });
  }
}

/** The shard for a symbol (FNV-1a): the same at every gateway. */
function shardOf(symbol: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < symbol.length; i++) hash = Math.imul(hash ^ symbol.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % shards;
}
