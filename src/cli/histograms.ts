import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeDirectories } from '../journal/make-directories.js';
import { histogramLog, percentileText } from '../metrics/latency-export.js';
import { countsOf, type LatencyReport, latencyReportFault } from '../metrics/latency-report.js';
import { percentilePlot } from '../metrics/percentile-plot.js';
import { switchOption, textOption } from './option-kinds.js';
import { type Command, helpText, readOptions, UsageError } from './option-table.js';

const histogramsOptions = {
  out: textOption('<directory>', undefined, 'Where the files go; made where it is not there.', {
    defaultText: 'none',
    from: ['flag'],
  }),
  url: textOption('<address>', 'http://127.0.0.1:9001', 'Where the exchange answers.', { from: ['flag'] }),
  token: textOption('<token>', undefined, 'Bearer token, where the exchange has a keys file.', {
    defaultText: 'none',
  }),
  json: switchOption('Prints the outcome as one line of JSON.'),
};

const histogramsCommand: Command<typeof histogramsOptions> = {
  name: 'tickloom histograms',
  about:
    'Writes the latency histograms of a running exchange into files: as JSON, as text and log of HdrHistogram, and as a picture.',
  options: histogramsOptions,
  positionals: [],
  notes: [
    'histograms.json: all stages with their counts. <stage>.hgrm: for the plotter of HdrHistogram, in microseconds. stages.hlog: a V2 log of all stages. percentiles.svg: all stages by percentile.',
    'They count from the start of the exchange.',
  ],
};

const HTTP_MS = 30_000;

/** `tickloom histograms`. Returns the exit code. */
export async function histograms(args: readonly string[]): Promise<number> {
  const read = readOptions(histogramsCommand, args, process.env);
  if (read === 'help') {
    console.log(helpText(histogramsCommand));
    return 0;
  }
  const { out, url, token, json } = read.values;
  if (out === undefined) throw new UsageError(['--out: missing; name the directory for the files']);
  const report = await fetchReport(histogramsUrl(url), token);
  const files = filesOf(report);
  makeDirectories(resolve(out));
  for (const [name, text] of files) writeFileSync(join(out, name), text);
  const names = files.map(([name]) => name);
  const commands = report.stages.find(({ stage }) => stage === 'whole')?.count ?? 0;
  if (json) console.log(JSON.stringify({ directory: out, files: names, commands, dropped: report.dropped }));
  else console.log(`${names.length} files in ${out}, of ${commands} commands: ${names.join(', ')}.`);
  return 0;
}

function histogramsUrl(url: string): URL {
  try {
    const base = new URL(url);
    if (base.protocol === 'http:' || base.protocol === 'https:') return new URL('/histograms', base);
  } catch {
    // No address at all.
  }
  throw new UsageError([`--url: ${url} is no address; name it as http://127.0.0.1:9001`]);
}

async function fetchReport(url: URL, token: string | undefined): Promise<LatencyReport> {
  let response: Response;
  try {
    response = await fetch(url, {
      signal: AbortSignal.timeout(HTTP_MS),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    });
  } catch (error) {
    if ((error as Error).name === 'TimeoutError')
      throw new Error(
        `the exchange at ${url.origin} did not answer within ${HTTP_MS / 1000} s; look at its health`,
      );
    throw new Error(`nothing answers at ${url.origin}; start the exchange, or name it with --url`);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.status >= 300) {
    const text = (answer as { text?: string } | undefined)?.text;
    throw new Error(
      text ?? `what listens at ${url.origin} answered ${response.status}; name an exchange with --url`,
    );
  }
  const fault = latencyReportFault(answer);
  if (fault !== undefined)
    throw new Error(
      `what listens at ${url.origin} is no exchange of this version (${fault}); name one with --url`,
    );
  return answer as LatencyReport;
}

/** Names and contents. */
function filesOf(report: LatencyReport): (readonly [string, string])[] {
  const { startedNs, timeNs, stages } = report;
  const all = stages.map((of) => ({ stage: of.stage, counts: countsOf(of) }));
  const log = all.map(({ stage, counts }) => [stage, counts] as const);
  const curves = all.map(({ stage, counts }) => ({ name: stage, counts }));
  const plot = percentilePlot(curves, { title: 'Latency by stage', scale: 'log' });
  return [
    ['histograms.json', `${JSON.stringify(report)}\n`],
    ...all.map(({ stage, counts }) => [`${stage}.hgrm`, percentileText(stage, counts)] as const),
    ['stages.hlog', histogramLog(log, BigInt(startedNs), BigInt(timeNs))],
    ['percentiles.svg', plot],
  ];
}
