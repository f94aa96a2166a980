/** The pictures of a diagnosis: the main picture, heat maps, controls, losses, and values by layer. */
import { formatNumber, isDrawable } from '../format/text.ts'
import { counted } from '../format/words.ts'
import { controlsOf, type ReportedControl, seedWords, VARIANCE } from './diagnosis-controls.ts'
import { type DiagnosisData, type DiagnosisMap, type DiagnosisProfile, NETWORK, TWIN } from './diagnosis-data.ts'
import { ladderFigure } from './diagnosis-ladders.ts'
import { lossPicture } from './diagnosis-losses.ts'
import { guessedError, guessedLoss, guessOf } from './guessing.ts'
import { type HeatMap, heatMap, heatNotes } from './heat-map.ts'
import { fitted, shortened } from './labels.ts'
import { lineFigure } from './line-figure.ts'
import type { PageFigure } from './page.ts'
import { formatError, formatLoss } from './reported-scores.ts'
import { type RowFigure, rowFigure } from './row-figure.ts'
import { type Axis, domainOf } from './scale.ts'
import { absence } from './seed-scores.ts'
import { element, figure, label } from './svg.ts'

/** The size of the main picture. A wider picture would have tiny words on a phone. */
const MAIN_SIZE = { width: 440, height: 320 }

/** Whether the main picture shows the ladder of rates. */
export const showsLadderFirst = ({ picture, ladders = [] }: DiagnosisData): boolean =>
  picture === 'ladder' && ladders.length > 0

/** Returns the main picture: the ladder or the profile if requested, the losses, or else the first profile that exists. */
export function firstFigure(data: DiagnosisData): PageFigure {
  const ladder = showsLadderFirst(data) ? ladderFigure(data, MAIN_SIZE) : null
  if (ladder !== null) return ladder
  const profile = firstProfile(data)
  if (profile !== undefined) {
    return { panels: [profilePicture(profile, MAIN_SIZE)], caption: profile.caption }
  }
  return lossPicture(data, MAIN_SIZE) ?? { panels: [nothing()], caption: '' }
}

/** Returns the profile of the main picture, or undefined if the main picture shows the ladder or the losses. */
export function firstProfile(data: DiagnosisData): DiagnosisProfile | undefined {
  if (showsLadderFirst(data)) return undefined
  const { picture, profiles, trials } = data
  const asked = profiles.find(({ id }) => id === picture)
  if (asked !== undefined) return asked
  return trials.some((trial) => trial.losses.some(({ loss }) => isDrawable(loss))) ? undefined : profiles[0]
}

function nothing(): string {
  const size = { width: 660, height: 120 }
  const words = { title: 'Nothing was measured', description: 'The diagnosis ended before the first measurement.' }
  const frame = element('rect', { class: 'iso-axis', x: 0.5, y: 0.5, width: 659, height: 119, fill: 'none' })
  const text = label('Nothing was measured', { class: 'iso-note', x: 330, y: 64, 'text-anchor': 'middle' })
  return figure(size, words, frame, text)
}

const PROFILE_SIZE = { width: 440, height: 300 }

/** Draws the values of several networks by layer, from the first layer of each network to its last. */
function profilePicture(profile: DiagnosisProfile, size: { width: number; height: number }): string {
  const { title, axis, scale, domain, series, isSparse, mark } = profile
  const depth = series.find(({ name }) => name === NETWORK)?.values.length ?? 1
  const names = [...new Set([NETWORK, TWIN, ...series.map(({ name }) => name)])]
  return lineFigure({
    title: fitted(title, size.width, 13.5, true),
    description: series
      .map(({ name, values }) => `${name}: ${endsOf(values)} over ${counted(values.length, 'layer')}.`)
      .join(' '),
    x: { label: 'Position in the network (0: first layer, 1: read-out)', domain: [0, 1] },
    y: { label: axis, scale, domain },
    marked: mark === undefined ? [] : [{ label: mark.label, x: positionOf(mark.stage, depth) }],
    series: series.map(({ name, values }) => ({
      name: shortened(name, 22),
      color: names.indexOf(name),
      marks: values.length <= 16 || isSparse,
      points: values
        .map((y, index) => ({ x: positionOf(index, values.length), y }))
        .filter(({ y }) => !isSparse || y !== null),
    })),
    ...size,
  })
}

/** Returns the relative position of a layer in its network, from 0 (first layer) to 1 (last layer). */
function positionOf(index: number, layers: number): number {
  return layers < 2 ? 0 : index / (layers - 1)
}

/** Returns the first and the last value of a profile in words, such as `0.300 to 0.998`. */
export function endsOf(values: readonly (number | null)[]): string {
  return `${formatNumber(values[0] ?? null)} to ${formatNumber(values.at(-1) ?? null)}`
}

/** The figures of all profiles except the profile of the main picture. */
export function profileFigures(data: DiagnosisData): PageFigure[] {
  const first = firstProfile(data)
  return data.profiles
    .filter((profile) => profile !== first)
    .map((profile) => ({ panels: [profilePicture(profile, PROFILE_SIZE)], caption: profile.caption }))
}

/** The figures of all heat maps that have at least one step. */
export function mapFigures({ maps, stages }: DiagnosisData): PageFigure[] {
  if (stages.length === 0) return []
  return maps
    .filter((map) => map.steps.length > 0)
    .map((map) => {
      const spec = heatSpec(map, stages)
      return { panels: [heatMap(spec)], caption: [map.caption, ...heatNotes(spec)].join(' ') }
    })
}

function heatSpec({ title, scale, domain, steps, values }: DiagnosisMap, stages: readonly string[]): HeatMap {
  const ends = [values[0], values.at(-1)].map((column = []) => endsOf(stages.map((_, index) => column[index] ?? null)))
  const at = [steps[0], steps.at(-1)].map((step) => `step ${step}`)
  return {
    title,
    description: `Values from the first layer to the last: ${ends[0]} at ${at[0]}, and ${ends[1]} at ${at[1]}.`,
    scale,
    domain,
    steps,
    layers: stages,
    values,
  }
}

/** The figure of errors and losses with one row for each control, or null if no training was run. */
export function controlFigure(data: DiagnosisData): PageFigure | null {
  const controls = controlsOf(data)
  if (controls.length === 0) return null
  const marks =
    data.seeds.length === 1
      ? ''
      : ' Each dot is one training. The large mark is the mean. The bar is the 95% interval of the mean (Student’s t), cut off at the ends of the axis.'
  const broken = data.trials.some((trial) => trial.diverged)
    ? ' A cross marks a training that diverged. Beside a cross, the other trainings have no mean.'
    : ''
  return {
    panels: [rowFigure(errorRows(data, controls)), rowFigure(lossRows(data, controls))],
    caption: `The network and every control: ${seedWords(data)}.${marks}${broken}`,
  }
}

/** The sets of samples whose scores are drawn: only the training set if the test set is empty. */
function setsOf({ dataset }: DiagnosisData) {
  const sets = [
    { name: 'training', key: 'train' },
    { name: 'test', key: 'test' },
  ] as const
  return dataset.test === 0 ? sets.slice(0, 1) : sets
}

function rows(data: DiagnosisData, controls: readonly ReportedControl[], score: 'error' | 'loss'): RowFigure['rows'] {
  return controls.map(({ control, runs }) => ({
    name: control,
    cells: setsOf(data).map(({ key }) =>
      runs.map((run) => ({ label: `seed ${run.seed}`, value: run.diverged ? null : run[key][score] })),
    ),
  }))
}

/** The scores of a control in words. */
function scoresText(
  data: DiagnosisData,
  { name }: ReportedControl,
  score: 'error' | 'loss',
  texts: readonly string[],
): string {
  return `${name}: ${setsOf(data)
    .map((set, index) => `${set.name} ${score} ${texts[index]}`)
    .join(', ')}.`
}

function errorRows(data: DiagnosisData, controls: readonly ReportedControl[]): RowFigure {
  const { classes } = data.dataset
  const axis: Axis =
    classes === null ? { label: 'Error', unit: VARIANCE, percent: true } : { label: 'Misclassified', percent: true }
  const largest = Math.max(0, ...controls.flatMap((one) => [one.trainError?.mean ?? 0, one.testError?.mean ?? 0]))
  return {
    title: 'Error',
    description: controls
      .map((one) => {
        const texts = [one.trainError, one.testError].map((error) => (error ? formatError(error) : absence(one.runs)))
        return scoresText(data, one, 'error', texts)
      })
      .join(' '),
    // The interval of a few seeds may reach beyond the possible errors, so the axis cuts it off at 0% and 100%.
    x: largest > 0.5 && largest <= 1 ? { ...axis, domain: [0, 1] } : axis,
    series: setsOf(data).map(({ name }) => name),
    rows: rows(data, controls, 'error'),
    references: guessedErrors(data),
    broken: brokenWords(data),
  }
}

/** Reference lines at the errors of guessing on the training set and on the test set, or one line if both are equal. */
function guessedErrors({ dataset }: DiagnosisData): readonly { readonly label: string; readonly x: number }[] {
  const guess = guessOf(dataset)
  if (guess === null) return [{ label: 'mean of targets', x: 1 }]
  const { error, testError = error } = guess
  if (Math.abs(error - testError) < 0.001) return [{ label: 'guessing', x: error }]
  // The caption gives both errors. Two labels would touch each other.
  return [
    { label: 'guessing', x: error },
    { label: '', x: testError },
  ]
}

function lossRows(data: DiagnosisData, controls: readonly ReportedControl[]): RowFigure {
  const losses = data.trials.filter((trial) => !trial.diverged).flatMap(({ train, test }) => [train.loss, test.loss])
  const [low, high] = domainOf(losses)
  const guess = guessOf(data.dataset)
  return {
    title: 'Loss',
    description: controls
      .map((one) => {
        const texts = [one.trainLoss, one.testLoss].map((loss) => (loss ? formatLoss(loss) : absence(one.runs)))
        return scoresText(data, one, 'loss', texts)
      })
      .join(' '),
    x: { label: 'Loss', scale: low > 0 && low < high / 20 ? 'log' : 'linear' },
    series: setsOf(data).map(({ name }) => name),
    rows: rows(data, controls, 'loss'),
    references: guess === null ? [] : [{ label: 'guessing', x: guess.loss }],
    broken: brokenWords(data),
  }
}

function brokenWords({ trials }: DiagnosisData): string {
  return trials.some((trial) => trial.diverged) ? 'diverged' : 'no number'
}

/** Returns a sentence about guessing: the score of a network that ignores its inputs. */
export function guessingSentence({ dataset }: DiagnosisData): string {
  const { classes } = dataset
  if (classes === null) return guessedError(dataset)
  return `${guessedError(dataset)} Guessing has a loss of ${guessedLoss({ ...dataset, classes })}.`
}
