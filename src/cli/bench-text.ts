/** Formats the results of the bench as text: the table of rows and the table of the roofline. */
import type { BenchResult, RooflineResult } from '../bench/bench.ts'
import type { PeerSetting } from '../bench/peers/peer.ts'
import type { RooflineRow } from '../bench/roofline.ts'
import type { BenchRow } from '../bench/rows.ts'
import { formatPercent } from '../format/text.ts'
import { counted, grouped } from '../format/words.ts'
import { tableText } from '../internal.ts'
import { splitBar } from './terminal/bar.ts'

/** Formats a figure with about three digits, such as `12,345`, `123`, `12.3` or `0.123`. */
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
  const mode = [counted(threads, 'thread'), ...choices, ...(quick ? ['quick mode: the figures are rough'] : [])].join(
    ', ',
  )
  const busy = loadBefore >= cores / 2 ? '\nOther programs keep this machine busy, so the figures are rough.' : ''
  return `${processor}, ${counted(cores, 'core')}, Node ${node}, ${load}; ${mode}${busy}`
}

function peerLines({ peer, missing }: BenchResult): string[] {
  if (missing !== null) return [`${missing} The bench measured Isobath alone.`]
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

/** Names the settings of a peer program that were too slow to be timed again after the first round. */
function droppedNote({ name, peerSettings }: BenchRow, peer: string): string[] {
  const most = Math.max(...peerSettings.map(({ rounds }) => rounds))
  const dropped = peerSettings.filter(({ rounds }) => rounds < most)
  if (dropped.length === 0) return []
  const each = dropped.map((one) => `${settingText(one)} (${figure(one.milliseconds)} ms)`).join('; ')
  return [`${name}: in the first round ${peer} was clearly slower with these settings: ${each}`]
}

function notesOf({ rows, peer }: BenchResult): string[] {
  return rows.flatMap((row) => [
    ...(row.note === null ? [] : [`${row.name}: ${row.note}`]),
    ...(peer === null ? [] : droppedNote(row, peer.name)),
  ])
}

/**
 * Returns the legend below the table of the bench. The legend explains the ratios for those kinds of rows that the
 * table has.
 */
function legend({ rows, peer, rounds, steps, threads }: BenchResult): string {
  const has = (kind: BenchRow['against']): boolean => rows.some(({ against }) => against === kind)
  const hasName = (start: string): boolean => rows.some(({ name }) => name.startsWith(start))
  const named = (...starts: string[]): string => starts.filter(hasName).join(', ')
  const layouts = rows.some(({ peerLayout }) => peerLayout !== null)
  const choices = layouts ? 'number of threads and layout (NCHW or channels_last)' : 'number of threads'
  const timed = threads === 1 ? ', in processor time' : ''
  return [
    ...(peer && has('peer')
      ? [
          `${named('MLP', 'ResNet')}: the column other shows ${peer.name} with its fastest ${choices}. The column ratio is other / ours.`,
        ]
      : []),
    ...(hasName('ResNet') ? resnetLegend : []),
    ...(has('peak')
      ? [`${named('GEMM', 'conv')}: one thread. The column other shows the FMA peak. The column ratio is ours / other.`]
      : []),
    ...(hasName('conv') ? convLegend : []),
    ...(has('shallow') ? shallowLegend : []),
    ...(has('turns') ? turnsLegend : []),
    `Each figure is the median of ${counted(rounds, 'round')} of ${counted(steps, 'step')}${timed}. The spread is the range of the ratios of all rounds.`,
    'Steps of over 0.5 s are timed seven times in all rounds together.',
  ].join('\n')
}

const resnetLegend = [
  'ResNet: networks with batch norm and shortcuts without parameters, trained with momentum and weight decay.',
  '  The images are 3 x 32 x 32.',
]

const convLegend = [
  'conv HxWxC: a 3 x 3 convolution of H x W images from C channels to C channels, in batches of 128.',
  '  The figures of convolutions count the operations of the direct sum.',
  "  A convolution with fewer operations, such as Winograd's algorithm, can exceed the FMA peak.",
]

const shallowLegend = [
  'depth: the column other shows the shallower network. The column ratio is ours / other. Batches have 64 samples.',
  '  The rows compile and code use residual-mlp:width=32. The row step uses mlp:width=64.',
]

const turnsLegend = [
  'side by side: one training per thread, all at the same time. The column ratio is other / ours.',
  '  The column other shows the same trainings in turn, each on all threads.',
  '  The figures are the time in which every training does one step, with batches of 128.',
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
    ...(interrupted ? ['The bench was stopped, so some rows are missing.'] : []),
  ].join('\n')
}

/** Length of the longest bar in the table of the roofline, in characters. */
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

/**
 * Smallest fraction of the step's time for which the table gives a kernel its own row. All kernels that take less time
 * share one row, so that the table stays short. The JSON document lists every kernel.
 */
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
  'GFLOP/s of convolutions count the operations of the direct sum.',
  "The roof of a convolution by Winograd's algorithm counts the products of that algorithm, without its transforms.",
]

/** Returns the table of a roofline as text. `work` is a text that names the network and the batch size. */
export function rooflineText(result: RooflineResult, work: string): string {
  const { roofline } = result
  if (roofline === null) return 'The bench was stopped before the roofline was measured.'
  const { peaks, rows, profiledMilliseconds, stepMilliseconds, stepMedian, stepSlowest, memoryBytes } = roofline
  const small = rows.filter(({ bound, share }) => bound !== null && share < smallest)
  const shown = small.length > 1 ? [...rows.filter((row) => !small.includes(row)), together(small)] : rows
  const longest = Math.max(...rows.map(({ milliseconds }) => milliseconds))
  const sum = (pick: (row: RooflineRow) => number): number => rows.reduce((total, row) => total + pick(row), 0)
  const total = [
    'total',
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
  const spread = `median ${figure(stepMedian)} ms, slowest ${figure(stepSlowest)} ms`
  return [
    `${work}: a training step`,
    machineLine(result),
    `Peaks of all threads, measured in this run: ${figure(peaks.gflops)} GFLOP/s, ${figure(peaks.programBandwidth)} GB/s over memory of the program's size (${mebibytes(memoryBytes)}), ${figure(peaks.cacheBandwidth)} GB/s in the cache`,
    '',
    tableText({ columns: rooflineColumns, rows: [...shown.map((row) => rooflineCells(row, longest)), total] }),
    '',
    `A step takes ${figure(stepMilliseconds)} ms without the profile in the fastest of ${counted(roofline.rounds, 'round')} (${spread}). With the profile a step takes ${figure(profiledMilliseconds)} ms, ${difference < 0 ? '' : '+'}${(100 * difference).toFixed(1)}%.`,
    'Times are means over the threads, in the fastest round. Bytes count each operand once.',
    'The operations of products are exact. Other operations are approximate: an elementary function counts as 1.',
    'A kernel that is faster than memory finds its operands in the cache.',
    ...(rows.some(({ operations, leastOperations }) => leastOperations < operations) ? winogradLegend : []),
  ].join('\n')
}
