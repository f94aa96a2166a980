/** The report of a diagnosis for a terminal, at most 80 columns wide. */
import { type SparkScale, sampled, sparkline, stretched } from '../format/sparkline.ts'
import { tableText } from '../format/table.ts'
import {
  capitalize,
  fillLines,
  formatDuration,
  formatFixed,
  formatNumber,
  indented,
  plainText,
  wrap,
} from '../format/text.ts'
import { controlsOf, controlsTable, formatEvidence, seedWords, setupItems } from './diagnosis-controls.ts'
import { cureTable } from './diagnosis-cure.ts'
import type { DiagnosisData, DiagnosisFinding, DiagnosisProfile } from './diagnosis-data.ts'
import { endsOf, firstProfile, showsLadderFirst } from './diagnosis-figures.ts'
import { ladderTable } from './diagnosis-ladders.ts'
import { isMain } from './diagnosis-losses.ts'
import { shortened } from './labels.ts'
import { lossAxis } from './loss-axis.ts'
import { domainOf } from './scale.ts'

const WIDTH = 80
const SPARK = 34
const NAME = 20
/** Longest name in the chart of losses. A longer name would leave no room for the line of the losses. */
const LONGEST_NAME = 42
/** Largest number of controls in the chart of losses, with the network and its twin. */
const MOST_CHARTED = 6

/**
 * The report as text: the answer, one chart, the table of controls, the findings, the ruled-out and the open causes.
 */
export function diagnosisText(data: DiagnosisData): string {
  const controls = controlsOf(data)
  const blocks = [
    ...data.answer.map((part) => wrap(part, WIDTH)),
    (data.notes ?? []).flatMap((note) => wrap(note, WIDTH)),
    [
      ...(data.interrupted ? [`Stopped after ${formatDuration(data.seconds)}, so the diagnosis is incomplete.`] : []),
      ...fillLines(setupItems(data), ' · ', WIDTH),
    ],
    cure(data),
    section(
      'Before training',
      (data.facts ?? []).map(({ sentence, remedy }) => `${sentence} ${remedy}`),
    ),
    ...(showsLadderFirst(data) ? [ladder(data)] : [chart(data)]),
    controls.length === 0
      ? []
      : [`Controls: ${seedWords(data)}`, tableText(controlsTable(data, controls, WIDTH), WIDTH)],
    showsLadderFirst(data) ? [] : ladder(data),
    ...data.findings.map(finding),
    section(
      'Ruled out',
      data.ruledOut.map(({ title, by, sentence }) => `${title} (by ${by}): ${sentence}`),
    ),
    section('Open questions', data.open.map(openWords)),
  ]
  const text = blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
  return `${plainText(text)
    .split('\n')
    .flatMap((line) => (line.trim() === data.cureCommand ? [line] : folded(line)))
    .join('\n')}\n`
}

/**
 * Cuts a line that is wider than the terminal into several lines. After wrapping, only very long words are wider than
 * the terminal.
 */
function folded(line: string): string[] {
  const characters = [...line]
  const lines = Array.from({ length: Math.ceil(characters.length / WIDTH) }, (_, index) => {
    return characters.slice(index * WIDTH, (index + 1) * WIDTH).join('')
  })
  return lines.length === 0 ? [''] : lines
}

function cure(data: DiagnosisData): string[] {
  const found = cureTable(data)
  if (found === null) return []
  // A command is not wrapped, so that readers can copy it as one line.
  const next = data.cureCommand === undefined ? [] : [`  ${data.cureCommand}`]
  return [...wrap(found.heading, WIDTH), ...next, tableText(found.table, WIDTH)]
}

function ladder(data: DiagnosisData): string[] {
  const table = ladderTable(data)
  return table === null ? [] : ['Rates', tableText(table, WIDTH)]
}

function chart(data: DiagnosisData): string[] {
  const profile = firstProfile(data)
  return profile === undefined ? lossChart(data) : profileChart(profile)
}

function profileChart({ title, axis, series, scale }: DiagnosisProfile): string[] {
  const shared: SparkScale = {
    scale,
    domain: domainOf(
      series.flatMap(({ values }) => values),
      scale,
    ),
  }
  const lines = series.map(({ name, values }) => {
    return chartLine(name, sparkline(stretched(values, SPARK), shared), endsOf(values))
  })
  return [...wrap(title, WIDTH), ...lines, ...wrap(`${scaleWords(axis, shared)}; first layer to read-out`, WIDTH)]
}

/** The chart of losses: one line for each seed of the network and its twin, and one line for each of a few controls. */
function lossChart(data: DiagnosisData): string[] {
  const controls = controlsOf(data).filter(({ runs }) => runs.some(({ losses }) => losses.length > 0))
  const main = controls.filter(isMain)
  const others = controls.filter((control) => !isMain(control)).slice(0, MOST_CHARTED - main.length)
  const shown = [...main.flatMap(({ runs }) => runs), ...others.flatMap(({ runs }) => runs.slice(0, 1))]
  const axis = lossAxis(shown)
  if (axis === null) return []
  const [, last] = domainOf([0, data.steps, ...shown.flatMap(({ losses }) => losses.map(({ step }) => step))])
  const shared: SparkScale = { scale: axis.scale ?? 'linear', domain: axis.domain ?? [0, 1] }
  const names = shown.map(({ control, seed }) => `${control} seed ${seed}`)
  const room = Math.min(LONGEST_NAME, Math.max(NAME, ...names.map((name) => [...name].length)))
  const lines = shown.map(({ losses, diverged }, index) => {
    const finite = losses.map(({ loss }) => loss)
    const end = diverged ? 'diverged' : formatNumber(finite.at(-1) ?? null)
    const spark = sparkline(sampled(losses, last, SPARK + NAME - room), shared)
    return chartLine(names[index], spark, `${formatNumber(finite[0] ?? null)} to ${end}`, room)
  })
  return [
    'Loss during training',
    ...lines,
    ...wrap(`${scaleWords('loss', shared)}; step 0 to ${formatFixed(last, 0)}`, WIDTH),
  ]
}

function chartLine(name: string, spark: string, ends: string, room = NAME): string {
  return `${shortened(name, room).padEnd(room)}  ${spark.padEnd(SPARK + NAME - room)}  ${ends}`
}

function scaleWords(axis: string, { scale, domain: [low, high] }: SparkScale): string {
  const kind = scale === 'log' ? ', logarithmic' : ''
  return `${capitalize(axis)} from ▁ ${formatNumber(low)} to █ ${formatNumber(high)}${kind}`
}

function finding({ title, score, sentence, evidence, papers, cures }: DiagnosisFinding): string[] {
  return [
    `${title} (score ${formatFixed(score, 2)})`,
    ...indented(sentence, 2, WIDTH),
    ...evidence.flatMap(({ name, value, limit, unit, words }) => {
      const bound = limit === null ? '' : ` (limit ${formatEvidence(limit, unit)})`
      return item(`${name}: ${formatEvidence(value, unit)}${bound}, ${words}`)
    }),
    ...cures.flatMap((cure) => item(`to try: ${cure}`)),
    ...(papers.length === 0 ? [] : item(`papers: ${papers.join('; ')}`)),
  ]
}

function openWords({ title, wouldDecide, seconds }: DiagnosisData['open'][number]): string {
  const cost = seconds === null ? '' : `, about ${formatDuration(seconds)}`
  return `${title}: would be decided by ${wouldDecide}${cost}`
}

function section(heading: string, texts: readonly string[]): string[] {
  return texts.length === 0 ? [] : [heading, ...texts.flatMap(item)]
}

function item(text: string): string[] {
  return wrap(text, WIDTH - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`)
}
