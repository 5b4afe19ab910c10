import { part } from './browser.js';
import {
  ask,
  type BookAnswer,
  type HealthAnswer,
  type HistogramsAnswer,
  keepToken,
  tokenKept,
} from './exchange-answers.js';
import { showHealth } from './health-view.js';
import { LastTrades } from './last-trades.js';
import { LatencyView } from './latency-view.js';
import { CHART_SECONDS, type ChartPoint, LineChart } from './line-chart.js';
import { MarketFeed } from './market-feed.js';
import { showBook, showInstruments, showTrades } from './market-view.js';
import { latencyText, rateBetween, shortText, wholeText } from './page-figures.js';

/** The page: asks again and again, and shows what has come. */

const ROUND_MS = 1_000;
const SHOWN_LEVELS = 8;
/** Histograms are large beside the rest: they are asked for every other round. */
const HISTOGRAM_ROUNDS = 2;
/** Instruments are seldom listed. */
const INSTRUMENT_ROUNDS = 5;

/** How the exchange is, in a word and a sentence. */
type Standing = 'well' | 'failing' | 'away' | 'asking';
const standings: Readonly<Record<Standing, string>> = {
  well: 'All is well',
  failing: 'Not all is well',
  away: 'Away',
  asking: 'Asking',
};

const rateChart = new LineChart(part('rate-chart'), {
  unit: 'Commands per second',
  lines: ['commands/s'],
  isLogarithmic: false,
  leastTop: 10,
  text: (value) => `${wholeText(value)} commands/s`,
  axisText: shortText,
});
const latencies = new LatencyView();
const trades = new LastTrades();
const feed = new MarketFeed(SHOWN_LEVELS, showBook, (told) => showTrades(told, ''));
const rates: ChartPoint[] = [];

let lastHealth: HealthAnswer | undefined;
let symbols: readonly string[] = [];
let chosen = '';
let round = 0;

function stand(standing: Standing): void {
  part('standing').textContent = standings[standing];
  part('standing-mark').setAttribute('class', `standing ${standing}`);
  part('away').hidden = standing !== 'away';
  part('content').setAttribute('class', standing === 'away' ? 'stale' : '');
}

/** Asks for a token where the exchange wants one, and says what was wrong with the one it had. */
function lock(text: string): void {
  if (!part('locked').hidden) return;
  part('locked').hidden = false;
  part('lock-text').textContent =
    tokenKept() === null
      ? 'This exchange has keys. Give a token that may read (npm run keys -- add --kind token), and the page shows the rest.'
      : `The token was not taken: ${text}`;
}

function takeHealth(health: HealthAnswer): void {
  stand(health.status === 'ok' ? 'well' : 'failing');
  const rate = lastHealth === undefined ? undefined : rateBetween(lastHealth, health);
  lastHealth = health;
  const timeS = Number(BigInt(health.timeNs) / 1_000_000n) / 1e3;
  rates.push({ timeS, values: [rate] });
  while (timeS - rates[0]!.timeS > CHART_SECONDS) rates.shift();
  rateChart.show(rates);
  part('rate').textContent = rate === undefined ? '–' : wholeText(rate);
  showHealth(health);
}

async function askInstruments(): Promise<void> {
  const answer = await ask<readonly { symbol: string }[]>('/instruments');
  if (answer.kind !== 'there') return;
  const listed = answer.body.map(({ symbol }) => symbol);
  if (listed.join('\n') === symbols.join('\n')) return;
  symbols = listed;
  if (!symbols.includes(chosen)) choose(symbols[0] ?? '');
  showInstruments(symbols, chosen);
}

function choose(symbol: string): void {
  chosen = symbol;
  trades.choose(symbol);
  feed.choose(symbol);
}

/** What only a key may read, where the exchange has keys. Returns why it may not; undefined where it may. */
async function askMarket(timeNs: string): Promise<string | undefined> {
  if (round % HISTOGRAM_ROUNDS === 0) {
    const histograms = await ask<HistogramsAnswer>('/histograms');
    if (histograms.kind === 'locked') return histograms.text;
    if (histograms.kind === 'there') latencies.take(histograms.body);
    const newestNs = latencies.newestNs;
    part('latency').textContent = newestNs === undefined ? '–' : latencyText(newestNs);
  }
  if (chosen === '') return undefined;
  const symbol = chosen;
  // A browser cannot show a token when it opens a WebSocket, so with one all is asked for.
  if (tokenKept() === null) feed.keepOpen();
  if (feed.isOpen && trades.isAsked) return undefined;
  const book = await ask<BookAnswer>(`/books/${encodeURIComponent(symbol)}?depth=${SHOWN_LEVELS}`);
  if (book.kind === 'locked') return book.text;
  if (book.kind === 'there' && symbol === chosen) showBook(book.body);
  const known = await trades.ask(timeNs);
  if (symbol === chosen) feed.seed(known);
  return undefined;
}

async function nextRound(): Promise<void> {
  // A failing exchange answers too, and says how.
  const health = await ask<HealthAnswer>('/health');
  if (health.kind === 'there') {
    takeHealth(health.body);
    if (round % INSTRUMENT_ROUNDS === 0 || symbols.length === 0) await askInstruments();
    const refused = await askMarket(health.body.timeNs);
    if (refused === undefined) part('locked').hidden = true;
    else lock(refused);
    round++;
  } else {
    stand('away');
    lastHealth = undefined;
    latencies.forget();
    trades.forget();
    round = 0;
  }
}

async function run(): Promise<never> {
  for (;;) {
    await nextRound();
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  }
}

part('symbol').addEventListener('change', () => choose(part('symbol').value));
part('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  keepToken(part('token').value.trim());
  part('token').value = '';
  part('locked').hidden = true;
});
stand('asking');
void run();
