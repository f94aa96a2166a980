/** The bench's rows and the roofline as tables for people. */
import type { BenchResult, RooflineResult } from '../bench/bench.ts'
import type { PeerSetting } from '../bench/peers/peer.ts'
import type { RooflineRow } from '../bench/roofline.ts'
import type { BenchRow } from '../bench/rows.ts'
import { formatPercent } from '../format/text.ts'
import { counted, grouped } from '../format/words.ts'
import { tableText } from '../internal.ts'
import { splitBar } from './terminal/bar.ts'

/** `12,345`, `123`, `12.3`, `0.123` */
function figure(value: number): string {
  if (value >= 1000) return grouped(Math.round(value))
  if (value >= 100) return value.toFixed(0)
  return value === 0 ? '0' : value >= 1 ? value.toPrecision(3) : value.toFixed(3)
}

const percent = (fraction: number): string => formatPercent(fraction, fraction < 0.0995 ? 1 : 0)

function machineLine({ machine, threads, exact, winograd, quick }: BenchResult | RooflineResult): string {
  const { processor, cores, node, loadBefore, loadAfter } = machine
  const load = `load ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after`
  const choices = [...(exact ? ['exact'] : []), ...(winograd ? [] : ["without Winograd's algorithm"])]
  const mode = [counted(threads, 'thread'), ...choices, ...(quick ? ['quick: the figures are rough'] : [])].join(', ')
  const busy = loadBefore >= cores / 2 ? '\nOther work keeps this machine busy: the figures are rough.' : ''
  return `${processor}, ${counted(cores, 'core')}, Node ${node}, ${load}; ${mode}${busy}`
}

function peerLines({ peer, missing }: BenchResult): string[] {
  if (missing !== null) return [`${missing} The bench ran alone.`]
  if (!peer) return []
  const facts = Object.values(peer.facts).join(', ')
  return [
    `${peer.name} ${peer.version}${facts === '' ? '' : `, ${facts}`}`,
    ...(peer.warning === null ? [] : [`WARNING: ${peer.warning}`]),
  ]
}

const settingText = ({ threads, layout }: PeerSetting): string =>
  `${counted(threads, 'thread')}${layout === null ? '' : `, ${layout}`}`

function otherText({ peer, peerThreads, peerLayout, reference, unit }: BenchRow): string {
  const value = peer ?? reference
  if (value === null) return ''
  const setting = peerThreads === null ? '' : ` (${settingText({ threads: peerThreads, layout: peerLayout })})`
  return `${figure(value)} ${unit}${setting}`
}

function rowCells(row: BenchRow): string[] {
  const { name, unit, ours, ratio, spread, bar, reached } = row
  const limit = (value: number): string => `${bar?.is === 'at most' ? '≤ ' : ''}${value}`
  return [
    name,
    `${figure(ours)} ${unit}`,
    otherText(row),
    ratio === null ? '' : ratio.toFixed(2),
    spread === null ? '' : `${spread[0].toFixed(2)}..${spread[1].toFixed(2)}`,
    bar === null ? '' : limit(bar.reach),
    bar === null ? '' : limit(bar.beyond),
    reached ?? '',
  ]
}

/** The settings of a peer that were left after the first round. */
function droppedNote({ name, peerSettings }: BenchRow, peer: string): string[] {
  const most = Math.max(...peerSettings.map(({ rounds }) => rounds))
  const dropped = peerSettings.filter(({ rounds }) => rounds < most)
  if (dropped.length === 0) return []
  const each = dropped.map((one) => `${settingText(one)} (${figure(one.milliseconds)} ms)`).join('; ')
  return [`${name}: tried with ${peer} in the first round, and clearly slower: ${each}`]
}

function notesOf({ rows, peer }: BenchResult): string[] {
  return rows.flatMap((row) => [
    ...(row.note === null ? [] : [`${row.name}: ${row.note}`]),
    ...(peer === null ? [] : droppedNote(row, peer.name)),
  ])
}

/** What the ratios of the rows that are there mean. */
function legend({ rows, peer, rounds, steps, threads }: BenchResult): string {
  const has = (kind: BenchRow['against']): boolean => rows.some(({ against }) => against === kind)
  const hasName = (start: string): boolean => rows.some(({ name }) => name.startsWith(start))
  const named = (...starts: string[]): string => starts.filter(hasName).join(', ')
  const layouts = rows.some(({ peerLayout }) => peerLayout !== null)
  const choices = layouts ? 'of threads and of NCHW or channels_last' : 'number of threads'
  const timed = threads === 1 ? ", by the processor's time" : ''
  return [
    ...(peer && has('peer')
      ? [`${named('MLP', 'ResNet')}: other is ${peer.name} at its best ${choices}, ratio other / ours.`]
      : []),
    ...(hasName('ResNet') ? resnetLegend : []),
    ...(has('peak') ? [`${named('GEMM', 'conv')}: on one thread; other is the FMA peak, ratio ours / peak.`] : []),
    ...(hasName('conv') ? convLegend : []),
    ...(has('shallow') ? shallowLegend : []),
    ...(has('turns') ? turnsLegend : []),
    `Medians of ${counted(rounds, 'round')} of ${counted(steps, 'step')}${timed} (steps of over 0.5 s: seven in all rounds together);`,
    "  spread: least and greatest of the rounds' ratios.",
  ].join('\n')
}

const resnetLegend = [
  'ResNet: images of 3 x 32 x 32, batch norm, shortcuts without parameters, momentum with weight decay.',
]

const convLegend = [
  'conv HxWxC: 3 x 3, from C channels to C, batch 128. Operations are those of the direct sum: by an algorithm with fewer,',
  "  such as Winograd's, it may be above the peak.",
]

const shallowLegend = [
  'depth: other is the shallower network, ratio deep / shallow; compile and code of residual-mlp:width=32,',
  '  step of mlp:width=64, with batches of 64.',
]

const turnsLegend = [
  'side by side: as many trainings as threads, each on one; other is one after the other on all threads, ratio other / ours;',
  '  the time in which each of them does a step, batch 128.',
]

export function benchText(result: BenchResult): string {
  const { rows, interrupted } = result
  const columns = ['work', 'ours', 'other', 'ratio', 'spread', 'to reach', 'beyond', 'reached']
  const table = tableText({
    columns: columns.map((heading, index) => ({ heading, numeric: index > 0 && index < columns.length - 1 })),
    rows: rows.map(rowCells),
  })
  return [
    machineLine(result),
    ...peerLines(result),
    '',
    ...(rows.length > 0 ? [table, '', ...notesOf(result), legend(result)] : ['No row was finished.']),
    ...(interrupted ? ['Stopped: the other rows are missing.'] : []),
  ].join('\n')
}

/** Characters of the longest bar. */
const barWidth = 24

function rooflineCells(row: RooflineRow, longest: number): string[] {
  const { name, size, calls, milliseconds, share, gflops, gigabytes, bound, roofMilliseconds, ofRoof } = row
  const isKernel = bound !== null
  return [
    name,
    size,
    String(calls),
    figure(milliseconds),
    percent(share),
    isKernel ? figure(gflops) : '',
    isKernel ? figure(gigabytes) : '',
    bound ?? '',
    ofRoof === null ? '' : percent(ofRoof),
    figure(row.lostMilliseconds),
    splitBar(milliseconds / longest, Math.min(milliseconds, roofMilliseconds) / longest, barWidth),
  ]
}

/** Kernels with a smaller share of the step than this are one row, to keep the table short; the JSON document has them all. */
const smallest = 0.005

function together(rows: readonly RooflineRow[]): RooflineRow {
  const sum = (pick: (row: RooflineRow) => number): number => rows.reduce((total, row) => total + pick(row), 0)
  const [milliseconds, roofMilliseconds] = [sum((row) => row.milliseconds), sum((row) => row.roofMilliseconds)]
  return {
    ...rows[0],
    name: `${rows.length} other kernels`,
    size: '',
    calls: sum(({ calls }) => calls),
    milliseconds,
    share: sum(({ share }) => share),
    bound: null,
    roofMilliseconds,
    ofRoof: roofMilliseconds / milliseconds,
    lostMilliseconds: sum(({ lostMilliseconds }) => lostMilliseconds),
  }
}

const rooflineColumns = [
  { heading: 'kernel' },
  { heading: 'size' },
  { heading: 'calls', numeric: true },
  { heading: 'ms', numeric: true },
  { heading: 'share', numeric: true },
  { heading: 'GFLOP/s', numeric: true },
  { heading: 'GB/s', numeric: true },
  { heading: 'bound by' },
  { heading: 'of roof', numeric: true },
  { heading: 'lost ms', numeric: true },
  { heading: '█ at the roof ░ lost' },
]

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toPrecision(3)} MiB`

const winogradLegend = [
  "GFLOP/s of convolutions are by the direct sum's operations; the roof of those by Winograd's algorithm is that of its own",
  'products, transforms aside.',
]

/** The table of a roofline; `work` says which network and batch. */
export function rooflineText(result: RooflineResult, work: string): string {
  const { roofline } = result
  if (roofline === null) return 'Stopped: there is no roofline.'
  const { peaks, rows, profiledMilliseconds, stepMilliseconds, stepMedian, stepSlowest, memoryBytes } = roofline
  const small = rows.filter(({ bound, share }) => bound !== null && share < smallest)
  const shown = small.length > 1 ? [...rows.filter((row) => !small.includes(row)), together(small)] : rows
  const longest = Math.max(...rows.map(({ milliseconds }) => milliseconds))
  const sum = (pick: (row: RooflineRow) => number): number => rows.reduce((total, row) => total + pick(row), 0)
  const total = [
    'all of it',
    '',
    '',
    figure(profiledMilliseconds),
    percent(1),
    figure(sum(({ operations }) => operations) / profiledMilliseconds / 1e6),
    figure(sum(({ bytes }) => bytes) / profiledMilliseconds / 1e6),
    '',
    percent(sum(({ roofMilliseconds }) => roofMilliseconds) / profiledMilliseconds),
    figure(sum(({ lostMilliseconds }) => lostMilliseconds)),
    '',
  ]
  const difference = profiledMilliseconds / stepMilliseconds - 1
  const spread = `median ${figure(stepMedian)}, slowest ${figure(stepSlowest)}`
  return [
    `${work}: a training step`,
    machineLine(result),
    `Peak of all threads, measured in this run: ${figure(peaks.gflops)} GFLOP/s; ${figure(peaks.programBandwidth)} GB/s over the program's ${mebibytes(memoryBytes)}, ${figure(peaks.cacheBandwidth)} GB/s in the cache`,
    '',
    tableText({ columns: rooflineColumns, rows: [...shown.map((row) => rooflineCells(row, longest)), total] }),
    '',
    `A step without the profile: ${figure(stepMilliseconds)} ms in the fastest of ${counted(roofline.rounds, 'round')} (${spread}); with it ${figure(profiledMilliseconds)} ms, ${difference < 0 ? '' : '+'}${(100 * difference).toFixed(1)}%.`,
    'Times are of the fastest round, means of the threads. Operations of products are exact, others',
    'approximate (1 for an elementary function); bytes are what the operands occupy, each once. A kernel faster than memory',
    'finds its operands in the cache.',
    ...(rows.some(({ operations, leastOperations }) => leastOperations < operations) ? winogradLegend : []),
  ].join('\n')
}
