import type { Randomness } from '../src/clock/randomness.js';
import { Side, TimeInForce } from '../src/model/command.js';
import { formatSteps, parseDecimal } from '../src/wire/decimal.js';
import { OrderFlow } from './flow.js';
import { flowInstrument, type ListedInstrument } from './instruments.js';

/** What an HTTP client knows of where it sends its orders. */
export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  readonly instrument: ListedInstrument;
}

/** New orders as HTTP requests, each ready to be written: POST /orders with a body of JSON. */
export class HttpOrders {
  readonly #flow: OrderFlow;
  readonly #head: string;
  readonly #target: HttpTarget;
  readonly #firstClientId: number;

  /** @param firstClientId of each connection's account: higher than all that were used before */
  constructor(randomness: Randomness, connections: number, target: HttpTarget, firstClientId: number) {
    this.#flow = new OrderFlow(randomness, connections, [flowInstrument(target.instrument)], 'grow');
    this.#target = target;
    this.#firstClientId = firstClientId;
    this.#head =
      `POST /orders HTTP/1.1\r\nHost: ${target.host}:${target.port}\r\nConnection: keep-alive\r\n` +
      'Content-Type: application/json\r\nContent-Length: ';
  }

  /** The next request of a connection, from 0; connection `n` acts for account `n + 1`. */
  next(connection: number): Buffer {
    const body = this.#body(connection);
    return Buffer.from(`${this.#head}${body.length}\r\n\r\n${body}`, 'latin1');
  }

  #body(connection: number): string {
    const flow = this.#flow;
    const { symbol, tickSize, lotSize, priceDecimals, sizeDecimals } = this.#target.instrument;
    flow.next(connection);
    const clientOrderId = this.#firstClientId + flow.clientId - 1;
    const side = flow.side === Side.Buy ? 'buy' : 'sell';
    const time = flow.timeInForce === TimeInForce.ImmediateOrCancel ? ',"timeInForce":"IOC"' : '';
    const price = formatSteps(flow.priceTicks, unitsOf(tickSize, priceDecimals), priceDecimals);
    const size = formatSteps(flow.sizeLots, unitsOf(lotSize, sizeDecimals), sizeDecimals);
    return (
      `{"account":${connection + 1},"clientOrderId":${clientOrderId},"symbol":"${symbol}","side":"${side}"` +
      `,"price":"${price}","size":"${size}"${time}}`
    );
  }
}

/** A step in units of the last decimal. */
function unitsOf(step: string, decimals: number): number {
  return parseDecimal(step, decimals) ?? 1;
}
