/*
 * A process that does one job, which stands as JSON in its only argument, and writes what it finds out as JSON. Each
 * measurement has one of its own, so that none finds the memory or the compiled code of another.
 */

import { LiveClock } from '../src/clock/live-clock.js';
import { doJob, type Job } from './job.js';

const job = JSON.parse(process.argv[2] ?? 'null') as Job;
process.stdout.write(JSON.stringify(await doJob(job, new LiveClock())));
