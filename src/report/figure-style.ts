/**
 * The style of a figure. The hues of figures are the hues of Okabe and Ito (2008), which color-blind readers can
 * distinguish. Each hue is darkened on white and lightened on black until text in this color is readable (a contrast of
 * at least 4.5).
 */
const LIGHT =
  '--iso-paper:#fff;--iso-ink:#1c2430;--iso-muted:#5b6675;--iso-grid:#e6e9ee;--iso-axis:#8b95a3;' +
  '--iso-0:#b84a00;--iso-1:#0068a8;--iso-2:#00755a;--iso-3:#a03d78;--iso-4:#7d6200;--iso-5:#4b5bb5'
const DARK =
  '--iso-paper:#12161c;--iso-ink:#e4e8ee;--iso-muted:#9aa5b4;--iso-grid:#262d37;--iso-axis:#667182;' +
  '--iso-0:#f58f55;--iso-1:#5ab4ec;--iso-2:#3cc79b;--iso-3:#e59ac6;--iso-4:#dcb43a;--iso-5:#a3b0f7'

const COLORS = [0, 1, 2, 3, 4, 5].map((index) => `.iso-c${index}{--iso-hue:var(--iso-${index})}`).join('')

/** The CSS rules of every figure. All figures have the same rules, so figures on one page do not conflict. */
export const FIGURE_STYLE = [
  `.iso-figure{${LIGHT};background:var(--iso-paper);font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}`,
  `@media screen and (prefers-color-scheme:dark){.iso-figure{${DARK}}}`,
  '.iso-figure text{fill:var(--iso-ink)}',
  '.iso-figure .iso-heading{font-weight:600;font-size:13.5px}',
  '.iso-figure .iso-note{fill:var(--iso-muted);font-size:11.5px}',
  '.iso-figure .iso-name{fill:var(--iso-hue);font-weight:600}',
  '.iso-grid{stroke:var(--iso-grid);shape-rendering:crispEdges}',
  '.iso-axis{stroke:var(--iso-axis);shape-rendering:crispEdges}',
  '.iso-reference{stroke:var(--iso-muted);stroke-dasharray:1 4;stroke-linecap:round}',
  '.iso-here{stroke:var(--iso-ink);stroke-opacity:.55;stroke-dasharray:3 3}',
  '.iso-figure .iso-strong{fill:var(--iso-ink);font-weight:600}',
  '.iso-line{fill:none;stroke:var(--iso-hue);stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}',
  '.iso-thin{stroke-width:.9;stroke-opacity:.75}',
  '.iso-band{fill:var(--iso-hue);fill-opacity:.16}',
  '.iso-bar{stroke:var(--iso-hue);stroke-width:6;stroke-opacity:.25}',
  '.iso-dot{fill:var(--iso-hue);fill-opacity:.6}',
  '.iso-points{fill:none;stroke:var(--iso-hue);stroke-width:4.5;stroke-opacity:.4;stroke-linecap:round}',
  '.iso-share{fill:var(--iso-hue)}',
  '.iso-mark{fill:var(--iso-hue);stroke:var(--iso-paper);stroke-width:1.25}',
  '.iso-cross{fill:none;stroke:var(--iso-hue);stroke-width:1.75;stroke-linecap:round}',
  '.iso-cell{shape-rendering:crispEdges}',
  // The stripes of missing cells in a heat map are dashes along a line as thick as a row. An SVG pattern would need an
  // id, and two figures on a page would share that id.
  '.iso-none{stroke:var(--iso-axis);stroke-dasharray:1 3;fill:none}',
  '.iso-probe{fill:none;pointer-events:all}',
  COLORS,
].join('')
