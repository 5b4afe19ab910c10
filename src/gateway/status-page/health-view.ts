import { make, type PageElement, part } from './browser.js';
import type { HealthAnswer } from './exchange-answers.js';
import { countText, wholeText } from './page-figures.js';

/** How the threads of the exchange are, and how far behind its readers are. */

interface Reader {
  readonly name: string;
  readonly shard: number;
  readonly state: string;
  readonly isWell: boolean;
  readonly sequence: number;
  readonly behind: number;
}

/** Every reader of a log: followers and stores. */
function readersOf({ shards, stores }: HealthAnswer): Reader[] {
  const followers = shards.flatMap(({ shard, follower }) =>
    follower === undefined ? [] : [{ name: 'follower', shard, state: 'well', isWell: true, ...follower }],
  );
  return [...followers, ...stores.map((store) => ({ ...store, isWell: store.state === 'well' }))];
}

export function showHealth(health: HealthAnswer): void {
  const { shards, transport, durability, clock } = health;
  const readers = readersOf(health);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  part('live-orders').textContent = wholeText(sum(shards.map(({ liveOrders }) => liveOrders)));
  part('sessions').textContent = wholeText(health.sessions);
  part('behind').textContent = wholeText(Math.max(0, ...readers.map(({ behind }) => behind)));
  part('commands').textContent = countText(sum(shards.map(({ commands }) => commands)), 'command');
  part('facts').textContent =
    `transport ${transport} · durability ${durability} · ${clock} clock · ${countText(shards.length, 'shard')}`;
  part('threads').replaceChildren(...shards.map(threadRow));
  const most = Math.max(...readers.map(({ behind }) => behind), 1000);
  part('readers').replaceChildren(...readers.map((reader) => readerRow(reader, most)));
  part('readers-table').hidden = readers.length === 0;
  part('readers-note').hidden = readers.length > 0;
}

type Shard = HealthAnswer['shards'][number];

function threadRow({ shard, phase, disk, restarts, sequence, liveOrders, waitingLines }: Shard): PageElement {
  return make(
    'tr',
    {},
    make('th', { scope: 'row' }, `shard ${shard}`),
    make('td', {}, badge(phase, phase === 'running')),
    make('td', {}, badge(disk, disk === 'well')),
    number(restarts),
    number(sequence),
    number(liveOrders),
    number(waitingLines),
  );
}

function readerRow({ name, shard, state, isWell, sequence, behind }: Reader, most: number): PageElement {
  const bar = make('span', { class: 'bar' });
  bar.style.setProperty('width', `${(behind / most) * 100}%`);
  return make(
    'tr',
    {},
    make('th', { scope: 'row' }, name),
    make('td', {}, wholeText(shard)),
    make('td', {}, badge(state, isWell)),
    number(sequence),
    make(
      'td',
      { class: 'number behind' },
      make('span', { class: 'track', 'aria-hidden': 'true' }, bar),
      wholeText(behind),
    ),
  );
}

function number(value: number): PageElement {
  return make('td', { class: 'number' }, wholeText(value));
}

/** A word with a mark before it, so that colour is not all that tells. */
function badge(word: string, isWell: boolean): PageElement {
  return make(
    'span',
    { class: `badge ${isWell ? 'well' : 'ill'}` },
    make('span', { class: 'mark', 'aria-hidden': 'true' }, isWell ? '✓' : '!'),
    word,
  );
}
