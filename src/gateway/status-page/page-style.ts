/**
 * How the page looks. Blue and orange, never green and red: these two are told apart by everybody, in both modes; lines differ
 * in their dashes too.
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --card: #ffffff; --edge: #dde1e7; --ink: #17202b; --soft: #5b6673;
  --line-0: #1f5fbf; --line-1: #b65a00; --line-2: #8a2f86;
  --bid: #1f5fbf; --ask: #b65a00; --bid-fill: #d6e4f8; --ask-fill: #fbe3c8;
  --well: #1f5fbf; --ill: #b3261e; --notice: #fff3d6; --notice-edge: #d9a400; --focus: #1f5fbf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10151c; --card: #18202a; --edge: #2b3644; --ink: #e8edf3; --soft: #9aa7b6;
    --line-0: #6cb0ff; --line-1: #ffb057; --line-2: #e79be2;
    --bid: #6cb0ff; --ask: #ffb057; --bid-fill: #1f3a5c; --ask-fill: #53381a;
    --well: #6cb0ff; --ill: #ff8a80; --notice: #3a3016; --notice-edge: #d9a400; --focus: #6cb0ff;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; padding: 20px 24px 40px; max-width: 1360px; background: var(--ground); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 16px; margin-bottom: 16px; }
h1 { margin: 0; font-size: 22px; letter-spacing: -0.01em; }
h2 { margin: 0 0 12px; font-size: 16px; display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 8px; }
small, .facts, .note, .unit, .empty, .readout, .legend { color: var(--soft); font-size: 13px; font-weight: 400; }
p { margin: 0; }
.standing {
  display: inline-flex; align-items: center; gap: 8px; padding: 3px 12px; border: 1px solid var(--edge);
  border-radius: 999px; background: var(--card); font-weight: 600; font-size: 14px;
}
.lamp { width: 10px; height: 10px; border-radius: 50%; background: var(--soft); }
.standing.well .lamp { background: var(--well); }
.standing.failing .lamp, .standing.away .lamp { background: var(--ill); border-radius: 2px; }
.standing.failing, .standing.away { color: var(--ill); border-color: var(--ill); }
.facts { margin-left: auto; }
.notice {
  margin-bottom: 16px; padding: 12px 16px; border: 1px solid var(--notice-edge); border-radius: 10px;
  background: var(--notice);
}
form { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-top: 10px; }
input, select, button {
  font: inherit; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: 7px;
  padding: 5px 10px;
}
input { flex: 1 1 220px; max-width: 520px; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
main { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; transition: opacity 0.3s; }
main.stale { opacity: 0.5; }
.tiles { grid-column: 1 / -1; display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 16px; margin: 0; }
.column { display: flex; flex-direction: column; gap: inherit; min-width: 0; }
.column .card:last-child { flex: 1; }
.wide { grid-column: 1 / -1; }
.tile, .card { background: var(--card); border: 1px solid var(--edge); border-radius: 12px; }
.tile { padding: 12px 16px; }
.tile dt { font-size: 13px; color: var(--soft); }
.tile dd { margin: 0; white-space: nowrap; }
.figure { font-size: 26px; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -0.02em; }
.card { padding: 16px; min-width: 0; }
.chart-head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 16px; min-height: 22px; }
.legend { display: flex; gap: 14px; margin: 0; padding: 0; list-style: none; }
.legend li { display: flex; align-items: center; gap: 6px; }
.readout { font-variant-numeric: tabular-nums; }
.swatch { width: 24px; height: 8px; }
.plot { touch-action: pan-y; }
.plot svg { display: block; width: 100%; }
.grid { stroke: var(--edge); stroke-width: 1; }
.pointer { stroke: var(--soft); stroke-width: 1; }
.label { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line-0 { stroke: var(--line-0); }
.line-1 { stroke: var(--line-1); stroke-dasharray: 7 3; }
.line-2 { stroke: var(--line-2); stroke-dasharray: 2 3; }
.dot-0 { fill: var(--line-0); } .dot-1 { fill: var(--line-1); } .dot-2 { fill: var(--line-2); }
.buttons { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 10px; }
.buttons button { padding: 2px 12px; border-radius: 999px; font-size: 14px; }
.buttons button[aria-pressed="true"] { background: var(--ink); color: var(--card); border-color: var(--ink); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
thead th { font-size: 12px; font-weight: 500; color: var(--soft); }
th, td { padding: 5px 10px 5px 0; text-align: left; font-weight: 400; white-space: nowrap; }
tbody tr { border-top: 1px solid var(--edge); }
.number { text-align: right; }
th:last-child, td:last-child { padding-right: 0; }
td.bid { color: var(--bid); } td.ask { color: var(--ask); }
.badge .mark {
  display: inline-block; width: 16px; margin-right: 6px; border-radius: 4px; text-align: center; font-size: 12px;
  line-height: 16px; color: var(--card); background: var(--well);
}
.badge.ill { color: var(--ill); font-weight: 600; }
.badge.ill .mark { background: var(--ill); }
.track {
  display: inline-block; width: 90px; height: 8px; margin-right: 10px; border-radius: 4px; background: var(--edge);
  overflow: hidden;
}
.track .bar { display: block; height: 100%; background: var(--line-1); }
.level {
  position: relative; display: grid; grid-template-columns: 52px 3fr 5fr; padding: 3px 8px; border-radius: 4px;
  font-variant-numeric: tabular-nums; font-size: 14px;
}
.level.head { color: var(--soft); font-size: 12px; }
.level .bar { position: absolute; inset: 1px 0 1px auto; border-radius: 4px; }
.level.bid .bar { background: var(--bid-fill); }
.level.ask .bar { background: var(--ask-fill); }
.level span:not(.bar) { position: relative; }
.level.bid .side, .level.bid .price { color: var(--bid); }
.level.ask .side, .level.ask .price { color: var(--ask); }
.level .size, .level .price { text-align: right; }
.spread { padding: 4px 8px; text-align: center; color: var(--soft); font-size: 13px; }
@media (max-width: 900px) {
  body { padding: 14px 12px 32px; }
  main { grid-template-columns: minmax(0, 1fr); gap: 12px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; }
  .tile:last-child { grid-column: 1 / -1; }
  .facts { margin-left: 0; flex-basis: 100%; }
}
@media (max-width: 520px) {
  .track { display: none; }
  th, td { padding-right: 8px; }
  .card { padding: 14px 12px; }
}
@media (prefers-reduced-motion: reduce) { main { transition: none; } }
`;
