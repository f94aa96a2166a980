/** The main picture of a diagnosis for a terminal: values by layer, or the losses, as lines of block characters. */
import { type SparkScale, sampled, sparkline, stretched } from '../format/sparkline.ts'
import { capitalize, formatFixed, formatNumber, wrap } from '../format/text.ts'
import { controlsOf } from './diagnosis-controls.ts'
import type { DiagnosisData, DiagnosisProfile } from './diagnosis-data.ts'
import { endsOf, firstProfile } from './diagnosis-figures.ts'
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

/** The lines of the main picture, or no lines if nothing was measured. */
export function chart(data: DiagnosisData): string[] {
  const profile = firstProfile(data)
  return profile === undefined ? lossChart(data) : profileChart(profile)
}

function profileChart({ title, axis, series, scale, mark }: DiagnosisProfile): string[] {
  const shared: SparkScale = {
    scale,
    domain: domainOf(
      series.flatMap(({ values }) => values),
      scale,
    ),
  }
  const lines = series.flatMap(({ name, values }, index) => {
    const line = chartLine(name, sparkline(stretched(values, SPARK), shared), endsOf(values))
    // The first line is that of the network, whose layer is marked.
    return mark !== undefined && index === 0 ? [line, pointer(mark, values.length)] : [line]
  })
  return [...wrap(title, WIDTH), ...lines, ...wrap(`${scaleWords(axis, shared)}; first layer to read-out`, WIDTH)]
}

/** A pointer from below to the marked layer, with its label on the side that has room. */
function pointer({ stage, label }: NonNullable<DiagnosisProfile['mark']>, layers: number): string {
  const at = NAME + 2 + Math.round((stage / Math.max(1, layers - 1)) * (SPARK - 1))
  const before = `${label} ▲`
  return at + 2 + label.length <= WIDTH ? `${' '.repeat(at)}▲ ${label}` : before.padStart(at + 1)
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
