import type { Clock } from '../src/clock/clock.js';
import { type Allocation, measureAllocation } from './allocation.js';
import { type EngineName, loadEngine } from './engines/engine-list.js';
import { tickloomMaker } from './engines/tickloom.js';
import { findFeature } from './features.js';
import { readFlow } from './flow-file.js';
import { type FlowMeasurement, measureFlow } from './flow-measurement.js';
import {
  measureOrderMemory,
  measureRangeMemory,
  type OrderMemory,
  type RangeMemory,
} from './order-memory.js';
import type { Outcome } from './outcome.js';
import { measureScaling, type ScalingPoint } from './scaling.js';

interface FlowPart {
  readonly flowFile: string;
  /** The first so many of the flow. */
  readonly operations: number;
}

/** What one child process measures, by kind. */
interface Jobs {
  readonly flow: FlowPart & { readonly engine: EngineName };
  /** What comes of a part of a flow, by Tickloom. */
  readonly outcome: FlowPart;
  readonly feature: FlowPart & { readonly feature: string };
  readonly scaling: ScalingPoint;
  readonly orderMemory: { readonly clientIdWindow: number };
  readonly rangeMemory: { readonly bidTicks: number; readonly askTicks: number };
  readonly allocation: Record<never, never>;
}

/** What it finds out. */
export interface JobResults {
  readonly flow: FlowMeasurement;
  readonly outcome: Outcome;
  readonly feature: FlowMeasurement;
  readonly scaling: number;
  readonly orderMemory: OrderMemory;
  readonly rangeMemory: RangeMemory;
  readonly allocation: Allocation;
}

export type JobKind = keyof Jobs;
export type Job<Kind extends JobKind = JobKind> = { [K in Kind]: { readonly kind: K } & Jobs[K] }[Kind];

/** Does a job in this process. */
export async function doJob(job: Job, clock: Clock): Promise<JobResults[JobKind]> {
  switch (job.kind) {
    case 'flow': {
      const make = await loadEngine(job.engine);
      return measureFlow(make, readFlow(job.flowFile, job.operations), clock);
    }
    case 'outcome': {
      const contender = tickloomMaker()(readFlow(job.flowFile, job.operations), true);
      contender.run();
      return contender.outcome();
    }
    case 'feature': {
      const make = tickloomMaker({ feature: findFeature(job.feature) });
      return measureFlow(make, readFlow(job.flowFile, job.operations), clock);
    }
    case 'scaling':
      return measureScaling(job, clock);
    case 'orderMemory':
      return measureOrderMemory(job.clientIdWindow);
    case 'rangeMemory':
      return measureRangeMemory(job.bidTicks, job.askTicks);
    case 'allocation':
      return await measureAllocation();
  }
}
