import { CommandKind } from '../../model/command.js';
import {
  DEFAULT_MARKET_LEVELS,
  MarketChannel,
  type MarketTopic,
  marketChannels,
} from '../../model/market.js';
import { RejectCode } from '../../model/reject.js';
import type { Refusal } from '../../wire/event-refusal.js';
import { issueLines, shownValue, valueAt } from '../../wire/field-fault.js';
import type { InstrumentTable } from '../../wire/instrument-table.js';
import { readSubscription } from '../../wire/market-record.js';
import { type MarketMessageName, marketFieldRules, marketMessageSchemas } from '../../wire/market-schema.js';
import { orderKind } from '../../wire/order-record.js';
import type { Session } from '../session.js';
import type { MarketData } from './data.js';

/** Subscribes and unsubscribes, as records and as objects. */
export class MarketRequests {
  readonly #market: MarketData;
  readonly #instruments: InstrumentTable;

  constructor(market: MarketData, instruments: InstrumentTable) {
    this.#market = market;
    this.#instruments = instruments;
  }

  takesKind(kind: number): boolean {
    return kind === CommandKind.Subscribe || kind === CommandKind.Unsubscribe;
  }

  takesType(type: string): boolean {
    return Object.hasOwn(marketMessageSchemas, type);
  }

  /** Takes a record of a kind that is taken here. Returns what is wrong with it, or 0. */
  record(session: Session, words: Int32Array, at: number): number {
    const topic = readSubscription(words, at);
    if (typeof topic === 'number') return topic;
    const isNew = orderKind(words[at]!) === CommandKind.Subscribe;
    return this.#carryOut(session, isNew, topic)?.code ?? 0;
  }

  /** Takes an object of a type that is taken here. Returns why it is refused, where it is. */
  object(session: Session, message: unknown): Refusal | undefined {
    const name = valueAt(message, ['type']) as MarketMessageName;
    const schema = marketMessageSchemas[name];
    const read = schema.safeParse(message);
    if (!read.success) {
      const { issues } = read.error;
      // A mistyped name explains why another field seems to be missing.
      const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
      const [line] = issueLines(issue, message, marketFieldRules, Object.keys(schema.shape));
      const isShape = issue.code === 'unrecognized_keys' || issue.path[0] === 'symbol';
      return { code: isShape ? RejectCode.Malformed : RejectCode.BadSubscription, sentence: `${line}.` };
    }
    const { symbol, intervalMs, levels } = read.data;
    const instrument = this.#instruments.bySymbol(symbol)?.id;
    if (instrument === undefined)
      return {
        code: RejectCode.UnknownInstrument,
        sentence: `symbol: ${shownValue(symbol)} is not listed here; GET /instruments names what is.`,
      };
    const channel = marketChannels[read.data.channel];
    const isDepth = channel === MarketChannel.Depth;
    if (!isDepth && levels !== undefined)
      return {
        code: RejectCode.BadSubscription,
        instrument,
        sentence: `levels: only depth has levels, ${read.data.channel} has none.`,
      };
    const topic = {
      channel,
      instrument,
      intervalMs,
      levels: levels ?? (isDepth ? DEFAULT_MARKET_LEVELS : 0),
    };
    return this.#carryOut(session, name === 'subscribe', topic);
  }

  #carryOut(session: Session, isNew: boolean, topic: MarketTopic): Refusal | undefined {
    return isNew ? this.#market.subscribe(session, topic) : this.#market.unsubscribe(session, topic);
  }
}
