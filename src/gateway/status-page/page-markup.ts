/** The document of the status page, without its script and style. What varies is put in by the script. */

/** A small mark for the tab, as a picture in the address itself: nothing else is loaded. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%231f5fbf'/%3E%3Cpath d='M3 11l3-4 3 2 4-5' fill='none' stroke='%23fff' stroke-width='1.8'/%3E%3C/svg%3E";

function tile(id: string, name: string, unit: string, note: string): string {
  return `<div class="tile"><dt>${name}</dt><dd><span id="${id}" class="figure">–</span> <span class="unit">${unit}</span></dd><p class="note" ${note}></p></div>`;
}

export function pageMarkup(style: string, script: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tickloom</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
</head>
<body>
<header>
  <h1>Tickloom</h1>
  <p id="standing-mark" class="standing asking" role="status"><span class="lamp" aria-hidden="true"></span><span id="standing">Asking</span></p>
  <p id="facts" class="facts"></p>
</header>
<p id="away" class="notice" role="alert" hidden>The exchange does not answer. What you see is what it said last; the page goes on when it is back.</p>
<section id="locked" class="notice" hidden>
  <p id="lock-text"></p>
  <form id="token-form">
    <label for="token">Token</label>
    <input id="token" type="password" autocomplete="off" spellcheck="false" required>
    <button type="submit">Read</button>
  </form>
</section>
<main id="content">
  <dl class="tiles">
    ${tile('rate', 'Rate', 'commands/s', 'id="commands"')}
    ${tile('latency', 'Latency, p99', '', '')}
    ${tile('live-orders', 'Open orders', '', '')}
    ${tile('sessions', 'Sessions', 'of this gateway', '')}
    ${tile('behind', 'Slowest reader', 'commands behind', '')}
  </dl>
  <div class="column">
  <section class="card">
    <h2>Rate <small>commands per second</small></h2>
    <div id="rate-chart" class="chart"></div>
  </section>
  <section class="card">
    <h2>Threads <small>each shard has one</small></h2>
    <div class="scroll"><table>
      <thead><tr><th scope="col">Thread</th><th scope="col">Phase</th><th scope="col">Disk</th><th scope="col" class="number">Restarts</th><th scope="col" class="number">Sequence</th><th scope="col" class="number">Open orders</th><th scope="col" class="number">Waiting lines</th></tr></thead>
      <tbody id="threads"></tbody>
    </table></div>
  </section>
  </div>
  <section class="card">
    <h2>Latency <small id="stage-meaning"></small></h2>
    <div id="stage-buttons" class="buttons" role="group" aria-label="Stage"></div>
    <div id="latency-chart" class="chart"></div>
    <div class="scroll"><table>
      <thead><tr><th scope="col">Stage, last 2 s</th><th scope="col" class="number">p50</th><th scope="col" class="number">p99</th><th scope="col" class="number">p99.9</th><th scope="col" class="number">Commands</th></tr></thead>
      <tbody id="stages"></tbody>
    </table></div>
  </section>
  <section class="card">
    <h2><label for="symbol">Book</label> <select id="symbol"></select> <small id="book-state"></small></h2>
    <div class="level head"><span class="side">Side</span><span class="price">Price</span><span class="size">Size</span></div>
    <div id="book" class="book" role="img"></div>
  </section>
  <section class="card">
    <h2>Last trades <small>side of the taker, times in UTC</small></h2>
    <p id="trades-note" class="empty"></p>
    <div class="scroll"><table id="trades-table" hidden>
      <thead><tr><th scope="col">Time</th><th scope="col">Side</th><th scope="col" class="number">Price</th><th scope="col" class="number">Size</th></tr></thead>
      <tbody id="trades"></tbody>
    </table></div>
  </section>
  <section class="card wide">
    <h2>Readers <small>how far each is behind its log</small></h2>
    <p id="readers-note" class="empty" hidden>This exchange was started without followers and stores.</p>
    <div class="scroll"><table id="readers-table">
      <thead><tr><th scope="col">Reader</th><th scope="col">Shard</th><th scope="col">State</th><th scope="col" class="number">Sequence</th><th scope="col" class="number">Commands behind</th></tr></thead>
      <tbody id="readers"></tbody>
    </table></div>
  </section>
</main>
<script type="module">${script}</script>
</body>
</html>
`;
}
