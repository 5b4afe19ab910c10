/** What `GET /histograms` answers, as a schema. */

import { z } from 'zod';
import { latencyStages } from '../../metrics/latency-stages.js';
import { whole } from '../../wire/event-shape.js';

const ns = (meaning: string) => whole.describe(`${meaning}, in nanoseconds.`);
const at = (meaning: string) =>
  z
    .string()
    .regex(/^[0-9]+$/)
    .describe(`${meaning}, nanoseconds since the epoch.`);

const stageSchema = z
  .strictObject({
    stage: z.enum(latencyStages),
    count: whole.describe('Commands that were measured.'),
    minNs: ns('The least'),
    maxNs: ns('The most'),
    meanNs: ns('The mean'),
    p50Ns: ns('50th percentile'),
    p90Ns: ns('90th percentile'),
    p99Ns: ns('99th percentile'),
    p999Ns: ns('99.9th percentile'),
    p9999Ns: ns('99.99th percentile'),
    counts: z
      .array(z.tuple([whole, whole]))
      .describe(
        'Buckets that are not empty: value in nanoseconds, commands. Those of a later answer less those of an earlier one are what came in between.',
      ),
  })
  .meta({ title: 'Latencies of a stage' });

export const histogramsSchema = z
  .strictObject({
    startedNs: at('When counting began'),
    timeNs: at('When this was answered'),
    dropped: whole.describe('Commands of which no times could be kept.'),
    stages: z.array(stageSchema),
  })
  .meta({ title: 'Histograms' });
