/** Pictures and tables of the predictions of several networks, side by side, for comparisons and diagnoses. */
import type { Table } from '../format/table.ts'
import { formatPercent, isDrawable } from '../format/text.ts'
import { counted } from '../format/words.ts'
import { confusionFigure, mostNumbers } from './confusion-figure.ts'
import { shortened } from './labels.ts'
import type { PageFigure } from './page.ts'
import { predictionFigure } from './prediction-figure.ts'
import type { ReportedPredictions, ReportedScores } from './reported-scores.ts'
import { domainOf } from './scale.ts'
import { classText, mostlyTakenFor, type OutputNames, targetText, worstClasses } from './score-words.ts'

/** The trainings of one network, with all seeds. */
export interface OutputGroup {
  /** Name of the network, such as `mlp, depth 40`. */
  readonly name: string
  readonly runs: readonly OutputRun[]
}

interface OutputRun {
  readonly seed: number
  readonly diverged: boolean
  readonly train: ReportedScores
  readonly test: ReportedScores
  readonly predictions?: ReportedPredictions
}

export interface OutputFacts {
  readonly names: OutputNames
  /** Whether the data has test samples. Without test samples, the pictures show the training set. */
  readonly isTested: boolean
  /** The number of all networks, if not all of them are drawn. */
  readonly networks?: number
}

/** Most characters of a class name in the table of the worst classes. */
const longestName = 30

/** Most networks that are drawn side by side. */
export const mostDrawnNetworks = 6

/**
 * Draws the confusion matrix of each network, or predicted against actual values. Returns null if no training has
 * predictions to draw.
 */
export function outputFigure(groups: readonly OutputGroup[], facts: OutputFacts): PageFigure | null {
  return facts.names.areValues ? valueFigure(groups, facts) : confusionFigures(groups, facts)
}

function confusionFigures(groups: readonly OutputGroup[], facts: OutputFacts): PageFigure | null {
  const { names, isTested } = facts
  const drawn = groups.map(withoutMean).flatMap((group) => {
    const found = confusionOfSeeds(group, isTested)
    return found === null ? [] : [{ name: group.name, confusion: found.counts, seeds: found.seeds }]
  })
  if (drawn.length === 0) return null
  const classes = drawn[0].confusion.map((_, label) => classText(label, names))
  const panels = drawn.map(({ name, confusion }) => confusionFigure({ title: name, classes, confusion }))
  const sum = drawn.some(({ seeds }) => seeds > 1) ? ' The samples of all seeds are counted together.' : ''
  const caption =
    `Blue cells are right answers on the ${setName(isTested)}, and orange cells are mistakes. ` +
    `A stronger color is a larger share of the true class.${sum}${divergedWords(groups)}${chosenOf(drawn, facts)}`
  // Three wide matrices side by side would have unreadable names of classes.
  return { heading: 'Confusion', panels, caption, ...(classes.length > mostNumbers ? { mostColumns: 2 } : {}) }
}

function valueFigure(groups: readonly OutputGroup[], facts: OutputFacts): PageFigure | null {
  const { names } = facts
  const drawn = groups.map(withoutMean).flatMap(({ name, runs }) => {
    const found = runs.find(({ predictions }) => (predictions?.targets.length ?? 0) > 0)
    const width = found?.test.rmse?.length ?? found?.train.rmse?.length ?? 1
    return found?.predictions === undefined ? [] : [{ name, width, seed: found.seed, ...found.predictions }]
  })
  if (drawn.length === 0) return null
  const [{ set, targets, width }] = drawn
  // All panels have one domain, so that a network with constant predictions looks different from a network that trains.
  const values = drawn.flatMap(({ targets: [{ actual, predicted }] }) => [...actual, ...predicted])
  const domain = domainOf(values.filter(isDrawable))
  const panels = drawn.map(({ name, targets: [{ actual, predicted }] }) => {
    return predictionFigure({ name, actual, predicted, domain })
  })
  const seeds = [...new Set(drawn.map(({ seed }) => seed))]
  const from = seeds.length === 1 ? ` with seed ${seeds[0]}` : ''
  const samples = counted(targets[0].actual.length, 'sample')
  const first = width === 1 ? '' : `, the first of ${width} targets,`
  const target = names.targetNames === undefined && width === 1 ? '' : ` of ${targetText(0, names)}${first}`
  const caption =
    `Predicted against actual values${target} for ${samples} of the ${setName(set === 'test')}, ` +
    `from one training of each network${from}. A perfect prediction lies on the dotted line.${divergedWords(groups)}${chosenOf(drawn, facts)}`
  return { heading: 'Predicted against actual', panels, caption }
}

/** The worst class of each network as a table, or no table if no class stands out. */
export function worstClassTables(groups: readonly OutputGroup[], { names, isTested }: OutputFacts): Table[] {
  const rows = groups.map(withoutMean).flatMap((group) => {
    const scores = meanScores(group, isTested)
    const [worst] = scores === undefined ? [] : worstClasses(scores)
    if (scores === undefined || worst === undefined) return []
    const other = mostlyTakenFor(scores, worst.label)
    const [name, taken] = [worst.label, other].map((label) => (label === null ? '' : classText(label, names)))
    return [[group.name, shortened(name, longestName), formatPercent(worst.recall), shortened(taken, longestName)]]
  })
  if (rows.length === 0) return []
  const columns = [
    { heading: 'network' },
    { heading: 'worst class' },
    { heading: 'right', numeric: true },
    { heading: 'mostly taken for' },
  ]
  return [{ caption: `Worst class on the ${setName(isTested)}`, columns, rows }]
}

const setName = (isTested: boolean): string => (isTested ? 'test set' : 'training set')

/**
 * The trainings of a network that are drawn and counted together: all of them, or only one if a training diverged. The
 * name of the network then says so, because the other trainings are no picture of the network.
 */
function withoutMean({ name, runs }: OutputGroup): OutputGroup {
  const trained = runs.filter(({ diverged }) => !diverged)
  if (trained.length === runs.length || trained.length === 0) return { name, runs: trained }
  const lost = runs.length - trained.length
  return { name: `${name}, seed ${trained[0].seed} (${lost} of ${runs.length} diverged)`, runs: trained.slice(0, 1) }
}

/** Sentences about the networks with diverged trainings. */
function divergedWords(groups: readonly OutputGroup[]): string {
  const isLost = ({ diverged }: OutputRun): boolean => diverged
  const lost = groups.filter(({ runs }) => runs.length > 0 && runs.every(isLost)).map(({ name }) => name)
  const partly = groups.filter(({ runs }) => runs.some(isLost) && !runs.every(isLost)).map(({ name }) => name)
  const first = lost.length === 0 ? '' : ` Every training diverged (${lost.join('; ')}).`
  const second = ` Beside diverged trainings, only one training is shown (${partly.join('; ')}).`
  return first + (partly.length === 0 ? '' : second)
}

/** A sentence about the number of drawn networks, if not all networks are drawn. */
const chosenOf = (drawn: readonly unknown[], { networks }: OutputFacts): string =>
  networks === undefined ? '' : ` The pictures show ${drawn.length} of the ${networks} networks in the table.`

/** Adds up the confusion matrices of all seeds. Returns null without a confusion matrix. */
function confusionOfSeeds({ runs }: OutputGroup, isTested: boolean): { counts: number[][]; seeds: number } | null {
  const matrices = runs.flatMap(({ train, test }) => {
    const { confusion } = isTested ? test : train
    return confusion === undefined ? [] : [confusion]
  })
  if (matrices.length === 0) return null
  const counts = matrices[0].map((row, actual) =>
    row.map((_, predicted) => matrices.reduce((sum, matrix) => sum + matrix[actual][predicted], 0)),
  )
  return { counts, seeds: matrices.length }
}

/**
 * The mean scores of the classes over all seeds. All seeds have the same samples, so more seeds
 * don't make the scores of a class more certain. Returns undefined without scores of the classes.
 */
function meanScores(group: OutputGroup, isTested: boolean): ReportedScores | undefined {
  const found = confusionOfSeeds(group, isTested)
  if (found === null) return meanOfCounts(group, isTested)
  const confusion = found.counts.map((row) => row.map((count) => count / found.seeds))
  const sumOf = (row: readonly number[]): number => row.reduce((sum, count) => sum + count, 0)
  const classSamples = confusion.map(sumOf)
  const recall = confusion.map((row, label) => (classSamples[label] === 0 ? null : row[label] / classSamples[label]))
  const right = sumOf(confusion.map((row, label) => row[label]))
  return { loss: null, error: 1 - right / sumOf(classSamples), classSamples, recall, confusion }
}

/** The mean scores of so many classes that the scores list only the most frequent mistakes. */
function meanOfCounts({ runs }: OutputGroup, isTested: boolean): ReportedScores | undefined {
  const all = runs.map(({ train, test }) => (isTested ? test : train))
  const recalls = all.flatMap(({ recall }) => (recall === undefined ? [] : [recall]))
  const [{ classSamples } = { classSamples: undefined }] = all
  if (recalls.length === 0 || classSamples === undefined) return undefined
  const seeds = recalls.length
  const recall = recalls[0].map((value, label) =>
    value === null ? null : recalls.reduce((sum, one) => sum + (one[label] ?? 0) / seeds, 0),
  )
  const total = classSamples.reduce((sum, count) => sum + count, 0)
  const right = recall.reduce<number>((sum, value, label) => sum + (value ?? 0) * classSamples[label], 0)
  const mistakes = all.flatMap((scores) => scores.mistakes ?? []).map((one) => ({ ...one, count: one.count / seeds }))
  return { loss: null, error: 1 - right / total, classSamples, recall, mistakes: mergedMistakes(mistakes) }
}

type Mistakes = NonNullable<ReportedScores['mistakes']>

/** Adds up the counts of equal mistakes. */
function mergedMistakes(mistakes: Mistakes): Mistakes {
  const merged = new Map<string, Mistakes[number]>()
  for (const one of mistakes) {
    const key = `${one.actual} ${one.predicted}`
    merged.set(key, { ...one, count: one.count + (merged.get(key)?.count ?? 0) })
  }
  return [...merged.values()]
}
