import type { SlottedKey } from '../access/key-slots.js';
import type { NumberedAnswer } from '../follower/follower-messages.js';
import type { GatewayOrder, GatewayReport, GatewayThreadData } from '../gateway/gateway-messages.js';
import { GATEWAY_YOUNG_MB } from '../model/limits.js';
import { gatewayOfSession } from '../wire/session-number.js';
import { type GatewayServices, serveGateway } from './gateway-services.js';
import { Thread } from './thread.js';

/** All gateways, as the main thread sees them. One that dies ends the exchange. */
export class SupervisedGateways {
  readonly #threads: Thread<GatewayReport>[] = [];

  /** Starts one more. */
  start(data: GatewayThreadData): void {
    const url = new URL('../gateway/gateway-thread.js', import.meta.url);
    const limits = { maxYoungGenerationSizeMb: GATEWAY_YOUNG_MB };
    this.#threads.push(new Thread(url, data, `gateway ${data.gateway}`, limits));
  }

  /** Does what they ask for, from now on; settles when all of them listen. */
  async serve(services: GatewayServices): Promise<void> {
    for (const thread of this.#threads) serveGateway(thread, services);
    await Promise.all(this.#threads.map((thread) => thread.next('listening')));
  }

  onFailure(tell: (sentence: string) => void): void {
    for (const thread of this.#threads) thread.onFailure(tell);
  }

  tellKeys(keys: readonly SlottedKey[]): void {
    for (const thread of this.#threads) post(thread, { order: 'keys', keys });
  }

  /** A follower's answer, to the gateway that asked. */
  tellResumed(answer: NumberedAnswer): void {
    const thread = this.#threads[answer.gateway];
    if (thread !== undefined) post(thread, { order: 'resumed', answer });
  }

  /**
   * Has the orders of a session cancelled: by its own gateway, so that the cancel stands behind its last orders; a session of
   * a start before may have had one that there is not any more.
   */
  cancelOf(session: number): void {
    const thread = this.#threads[gatewayOfSession(session)] ?? this.#threads[0];
    if (thread !== undefined) post(thread, { order: 'cancel-of', session });
  }

  /** They take no more orders; settles when none does. */
  async closeIntake(): Promise<void> {
    await this.#ask({ order: 'close-intake' }, 'intake-closed');
  }

  /** They hand on the last events and say goodbye. */
  async end(): Promise<void> {
    await this.#ask({ order: 'end' }, 'ended');
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  async #ask(order: GatewayOrder, answer: GatewayReport['event']): Promise<void> {
    for (const thread of this.#threads) post(thread, order);
    await Promise.all(this.#threads.map((thread) => thread.end(answer)));
  }
}

function post(thread: Thread<GatewayReport>, order: GatewayOrder): void {
  thread.post(order);
}
