/**
 * The CSS of a page: system fonts, a readable line length, the reader's light or dark preference, and rules for print.
 */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1c2430; --muted: #5b6675; --rule: #dde2e8; --wash: #f5f7f9; --sea: #0068a8;
  --serif: Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #12161c; --ink: #e4e8ee; --muted: #9aa5b4; --rule: #2b333e; --wash: #1a2028; --sea: #5ab4ec; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 var(--serif);
  overflow-wrap: break-word; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 2.5rem) 4rem; }
section:not(.wide), h1, .lead, .next { max-width: 44rem; }
.brand { display: flex; align-items: center; gap: .5rem; margin: 0 0 1.75rem; color: var(--sea);
  font: 600 .875rem/1 var(--sans); letter-spacing: .02em; }
h1 { margin: 0 0 .75rem; font-size: clamp(1.6rem, 4.5vw, 2.25rem); line-height: 1.15; font-weight: 700;
  letter-spacing: -.012em; text-wrap: balance; }
.lead { margin: 0 0 0.5em; font-size: clamp(1.125rem, 2.5vw, 1.3125rem); line-height: 1.45; text-wrap: pretty; }
.next { margin: .75rem 0 0; font: .9375rem/1.6 var(--sans); }
.part { max-width: 44rem; margin-top: 1.125rem; }
.part h2 { margin: 0 0 .125rem; color: var(--muted); font: 600 .875rem/1.5 var(--sans); }
.part p { margin: 0 0 .375rem; }
.part .command code { display: block; padding: .5em .75em; }
.part .table { margin-top: .5rem; }
.part summary { padding: .25rem 0; font: 600 .875rem/1.5 var(--sans); }
pre { margin: .25rem 0 .5rem; padding: .75em; overflow-x: auto; border-radius: .25em; background: var(--wash);
  font: .8125rem/1.5 var(--mono); }
.summary { margin: .75rem 0 0; color: var(--muted); font: .9375rem/1.5 var(--sans);
  text-wrap: pretty; }
h2 { margin: 0 0 .75rem; font-size: 1.25rem; line-height: 1.3; }
section { margin-top: 2.75rem; }
header + section { margin-top: 2rem; }
section p { margin: 0 0 .9em; }
.group > p, .items { max-width: 44rem; }
.group > * + .table, .group > * + .items, .group > figure + .table { margin-top: 1.25rem; }
.items { margin: 0; padding: 0; list-style: none; }
.items li { padding: .45rem 0; border-top: 1px solid var(--rule); }
.remark { display: block; color: var(--muted); font: .875rem/1.5 var(--sans); }
figure { margin: 0; }
.panels { display: grid; gap: 1.5rem 1.75rem; grid-template-columns: minmax(0, 1fr); }
.iso-figure { display: block; overflow: visible; width: 100%; height: auto; }
@media (min-width: 44rem), print {
  .panels.of-2 { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .panels.of-3 { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media (min-width: 56rem), print {
  .panels.of-3 { grid-template-columns: repeat(3, minmax(0, 1fr)); }
}
figcaption, .note { max-width: 44rem; margin: .75rem 0 0; color: var(--muted); font: .875rem/1.5 var(--sans); }
.note { margin-top: .4rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font: .9375rem/1.4 var(--sans); font-variant-numeric: tabular-nums; }
caption { padding: 0 0 .75rem; text-align: left; font: 700 1.25rem/1.3 var(--serif); }
summary { padding: 0 0 .75rem; cursor: pointer; font: 700 1.25rem/1.3 var(--serif); }
th, td { padding: .35rem 0 .35rem 1.75rem; text-align: left; vertical-align: baseline; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; }
thead th { border-bottom: 1px solid var(--ink); color: var(--muted); font-weight: 600; }
tbody th { font-weight: 600; }
tbody tr + tr > * { border-top: 1px solid var(--rule); }
tbody tr.starts > * { border-top-color: var(--muted); }
tbody tr:not(.starts):not(:first-child) th { color: var(--muted); font-weight: 400; }
.number { text-align: right; }
.prose { min-width: 12rem; white-space: normal; }
dl { margin: 0; font: .9375rem/1.5 var(--sans); }
dl div { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: 0 1rem; padding: .4rem 0;
  border-top: 1px solid var(--rule); }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
code { padding: .1em .35em; border-radius: .25em; background: var(--wash); font: .875em/1.6 var(--mono);
  -webkit-box-decoration-break: clone; box-decoration-break: clone; }
code span { display: inline-block; max-width: 100%; }
@media (max-width: 30rem) {
  dl div { grid-template-columns: minmax(0, 1fr); }
  /* Without line breaks in its cells, a table of scores with intervals would be wider than a phone. */
  table { font-size: .75rem; }
  th, td { padding-left: .45rem; white-space: normal; }
  thead th { vertical-align: bottom; }
  .prose { min-width: 7rem; overflow-wrap: anywhere; }
  caption { max-width: calc(100vw - 2rem); }
}
@media print {
  @page { margin: 16mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section { margin-top: 1.5rem; }
  figure, table, dl div, .part { break-inside: avoid; }
  h2, caption { break-after: avoid; }
  .table { overflow: visible; }
}
`
