import type { Clock } from '../../clock/clock.js';
import type { LatencyBoard } from '../../metrics/latency-board.js';
import { latencyReport } from '../../metrics/latency-report.js';
import { latencyStage, latencyStages } from '../../metrics/latency-stages.js';
import type { Respond } from '../transport/transport.js';
import { failValue, hasOnly } from './query.js';
import { reply } from './reply.js';

const TEXT = { 'content-type': 'text/plain; charset=utf-8' } as const;

/** HdrHistogram comes with who asks for its formats first: gateways start sooner without it. */
const loadExport = () => import('../../metrics/latency-export.js');

/** How long commands have taken, stage by stage: `GET /histograms`. */
export class HttpHistograms {
  readonly #board: LatencyBoard;
  readonly #clock: Clock;

  constructor(board: LatencyBoard, clock: Clock) {
    this.#board = board;
    this.#clock = clock;
  }

  get(text: string, respond: Respond): void {
    const query = new URLSearchParams(text);
    if (!hasOnly(query, ['format', 'stage'], respond)) return;
    const format = query.get('format') ?? 'json';
    const name = query.get('stage');
    if (format === 'hgrm') void this.#getText(name, respond);
    else if (name !== null)
      failValue(respond, 'stage= goes with format=hgrm; the other formats have all stages.');
    else if (format === 'v2') void this.#getLog(respond);
    else if (format === 'json')
      reply(respond, 200, latencyReport(this.#board, this.#startedNs, this.#timeNs));
    else failValue(respond, `There is no format=${format}; there is json, hgrm and v2.`);
  }

  /** The clock's origin is the start of the exchange. */
  get #startedNs(): bigint {
    return this.#clock.originEpochNs;
  }

  get #timeNs(): bigint {
    return this.#clock.epochNs();
  }

  async #getText(name: string | null, respond: Respond): Promise<void> {
    const stage = name === null ? undefined : latencyStage(name);
    if (stage === undefined) {
      const known = latencyStages.join(', ');
      failValue(
        respond,
        name === null
          ? `Say which stage: stage=, one of ${known}.`
          : `There is no stage=${name}; there is ${known}.`,
      );
      return;
    }
    const { percentileText } = await loadExport();
    respond(200, percentileText(stage, this.#board.merged(stage)), TEXT);
  }

  async #getLog(respond: Respond): Promise<void> {
    const { histogramLog } = await loadExport();
    const stages = latencyStages.map((stage) => [stage, this.#board.merged(stage)] as const);
    respond(200, histogramLog(stages, this.#startedNs, this.#timeNs), TEXT);
  }
}
