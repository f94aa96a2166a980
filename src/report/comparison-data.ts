/** The data of a comparison of networks over depth, and the summary of the data by network and depth. */

import { longestLabel, networkLabels } from '../format/network-labels.ts'
import { formatFixed } from '../format/text.ts'
import { counted, listed } from '../format/words.ts'
import type { Summary } from '../numerics/statistics.ts'
import type { ReportedBaselines } from './baseline-words.ts'
import type { Guess } from './guessing.ts'
import { mostDrawnNetworks, type OutputGroup } from './output-figures.ts'
import type { NextStep } from './page.ts'
import type { ReportedPredictions, ReportedScores } from './reported-scores.ts'
import type { ScoreColumn } from './score-columns.ts'
import type { OutputNames } from './score-words.ts'
import { meanOf, survivors } from './seed-scores.ts'

/** One training of a comparison: one network, one depth, one seed. */
export interface ComparisonRow {
  /** The `name` of the network family. */
  readonly family: string
  readonly depth: number
  readonly seed: number
  readonly train: ReportedScores
  readonly test: ReportedScores
  /** Predictions of some samples of a regression. */
  readonly predictions?: ReportedPredictions
  /** Step and layer of the first number that was not finite, or null if all numbers were finite. */
  readonly diverged: { readonly step: number; readonly layer: string } | null
  /** A sentence about an unusual signal in the network, or null if the signal is normal. */
  readonly signal: string | null
  readonly losses: readonly { readonly step: number; readonly loss: number }[]
  readonly seconds: number
  /** Learning rate of the training. */
  readonly rate: number
  /** The training with the same seed at the network's own best rate, if there is one. */
  readonly tuned?: Pick<ComparisonRow, 'rate' | 'train' | 'test' | 'predictions' | 'diverged' | 'losses' | 'seconds'>
}

export interface ComparisonData {
  /** The command that made the comparison; absent if the library was called directly. */
  readonly command?: string
  readonly dataset: {
    readonly name: string
    readonly train: number
    /** Number of test samples. Without test samples, the report shows no test errors. */
    readonly test: number
    /**
     * Number of classes, or null for regression. In a regression, the error is the fraction of the variance left
     * unexplained.
     */
    readonly classes: number | null
    /** The scores of guessing, if the classes differ in size or the loss is not the cross-entropy. */
    readonly guess?: Guess
    /** The scores of guessing and of the best linear model, if they are known. */
    readonly baselines?: ReportedBaselines
    /** The network's outputs in words, such as `10 classes`. */
    readonly asks: string
    /** Names of the classes or targets. */
    readonly names: OutputNames
  }
  readonly steps: number
  readonly batch: number
  readonly optimizer: string
  /** Duration of the whole comparison, in seconds. */
  readonly seconds: number
  readonly version: string
  readonly mode: string
  /**
   * The compared network families. The field `name` is the spelling of a network on the command line, and `label` is
   * the name of the network in the report.
   */
  readonly families: readonly { readonly name: string; readonly label: string }[]
  readonly depths: readonly number[]
  readonly seeds: readonly number[]
  readonly rows: readonly ComparisonRow[]
  /** The result of the comparison, in one or two sentences. */
  readonly sentence: string
  /** The searches for the best rates, if there are any. */
  readonly searches?: readonly {
    readonly family: string
    readonly depth: number
    readonly rate: number
    readonly tried: readonly { readonly rate: number; readonly steps: number; readonly loss: number | null }[]
  }[]
  /** Sentences about rates that look wrong and about networks that are stuck. */
  readonly advice?: readonly string[]
  /** Commands to type next. */
  readonly next?: readonly NextStep[]
}

/**
 * Trainings that are drawn in one color: a network family at the shared rate, or at each network's own best rate. A
 * comparison without best rates has one arm for each family.
 */
export interface ComparisonArm {
  readonly label: string
  /** Label of the network family. */
  readonly familyLabel: string
  readonly isBest: boolean
  readonly rows: readonly ComparisonRow[]
}

/**
 * Lists the arms of a comparison, ordered by family. A family whose best rate is the shared rate at every depth has only
 * one arm.
 */
export function armsOf({ families, rows }: ComparisonData): ComparisonArm[] {
  return families.flatMap(({ name, label }) => {
    const own = rows.filter(({ family }) => family === name)
    const tuned = own.flatMap((row) => (row.tuned ? [{ ...row, ...row.tuned, tuned: undefined, signal: null }] : []))
    const shared = { label, familyLabel: label, isBest: false, rows: own }
    if (tuned.every(({ rate }) => rate === own[0].rate)) return [shared]
    return [shared, { label: `${label}, best rate`, familyLabel: label, isBest: true, rows: tuned }]
  })
}

/** The trainings of one network at one depth and one rate, with all seeds. */
export interface ComparisonCell extends Omit<ComparisonArm, 'rows'> {
  readonly depth: number
  readonly rate: number
  readonly runs: readonly ComparisonRow[]
  /** Mean scores over the seeds. The means are null if a training diverged. */
  readonly trainLoss: Summary | null
  readonly trainError: Summary | null
  readonly testError: Summary | null
}

/** Lists the trainings of all arms. */
export const allRowsOf = (data: ComparisonData): ComparisonRow[] => armsOf(data).flatMap(({ rows }) => rows)

/** Whether some network has a best rate of its own, which the table shows in a column. */
export const hasOwnRates = (data: ComparisonData): boolean => armsOf(data).length > data.families.length

/**
 * Lists the cells (one network at one depth and one rate) that have at least one training, ordered by network family,
 * then by depth. The cell at the network's own best rate follows the cell at the shared rate.
 */
export function cellsOf(data: ComparisonData): ComparisonCell[] {
  const arms = armsOf(data)
  return data.families.flatMap(({ name }) =>
    data.depths.flatMap((depth) =>
      arms.flatMap((arm) => {
        const runs = arm.rows.filter((row) => row.family === name && row.depth === depth)
        return runs.length === 0 ? [] : [cellOf(arm, depth, runs)]
      }),
    ),
  )
}

function cellOf(
  { label, familyLabel, isBest }: ComparisonArm,
  depth: number,
  runs: readonly ComparisonRow[],
): ComparisonCell {
  const trainLoss = meanOf(runs, ({ train }) => train.loss)
  const trainError = meanOf(runs, ({ train }) => train.error)
  const testError = meanOf(runs, ({ test }) => test.error)
  const scores = { trainLoss, trainError, testError }
  return { label, familyLabel, isBest, depth, rate: runs[0].rate, runs, ...scores }
}

/**
 * The cells without repetitions. If the shared rate of a network is also its best rate, the cell of the best rate is
 * enough.
 */
export function distinctCells(cells: readonly ComparisonCell[]): ComparisonCell[] {
  const isRepeated = (cell: ComparisonCell): boolean =>
    !cell.isBest &&
    cells.some(({ isBest, familyLabel, depth, rate }) => {
      return isBest && familyLabel === cell.familyLabel && depth === cell.depth && rate === cell.rate
    })
  return cells.filter((cell) => !isRepeated(cell))
}

/**
 * The cells whose predictions are drawn. If there are too many cells for pictures side by side, these are the deepest
 * and the shallowest networks of the arms, without networks that diverged with all seeds. Deepest networks come first.
 */
export function drawnCells(cells: readonly ComparisonCell[]): ComparisonCell[] {
  if (cells.length <= mostDrawnNetworks) return [...cells]
  const trained = cells.filter(({ runs }) => runs.some(({ diverged }) => diverged === null))
  if (trained.length <= mostDrawnNetworks) return trained
  const ends = [Math.max, Math.min].flatMap((end) =>
    trained.filter(({ label, depth }) => {
      return depth === end(...trained.filter((other) => other.label === label).map((other) => other.depth))
    }),
  )
  const drawn = new Set([...new Set(ends)].slice(0, mostDrawnNetworks))
  return trained.filter((cell) => drawn.has(cell))
}

/** The trainings of cells, for the pictures of their predictions. */
export function outputGroups(cells: readonly ComparisonCell[]): OutputGroup[] {
  return cells.map(({ label, depth, runs }) => ({
    name: `${label}, depth ${depth}`,
    runs: runs.map((run) => ({ ...run, diverged: run.diverged !== null })),
  }))
}

/**
 * Returns the notes below the table: which seeds diverged at which step, and sentences about the signal. `columns` are
 * the scores for which the table has no room beside the number of diverged seeds.
 */
export function notesOf(cells: readonly ComparisonCell[], columns: readonly ScoreColumn[]): string[] {
  return cells.flatMap(({ label, depth, runs }) => {
    const broken = runs.flatMap(({ seed, diverged }) => {
      return diverged === null ? [] : [`seed ${seed} at step ${formatFixed(diverged.step, 0)} (${diverged.layer})`]
    })
    const signals = [...new Set(runs.flatMap((run) => run.signal ?? []))]
    const where = `${label}, depth ${depth}`
    const words = [`${where}: diverged with ${listed(broken)}.`, ...survivors(runs, columns)]
    const divergence = broken.length === 0 ? [] : [words.join(' ')]
    return [...divergence, ...signals.map((signal) => `${where}: ${signal}`)]
  })
}

/**
 * Returns the number of seeds in words, such as `mean and 95% interval over 3 seeds`. A single seed has no interval.
 */
export function seedWords(data: ComparisonData): string {
  return data.seeds.length === 1
    ? '1 seed, so no interval'
    : `mean and 95% interval over ${counted(data.seeds.length, 'seed')}`
}

/** The setup of the comparison in short items: data, steps, optimizer, seeds. */
export function setupItems(data: ComparisonData): string[] {
  const { dataset, steps, batch, optimizer, seeds } = data
  return [
    `${dataset.name}, ${counted(dataset.train, 'training sample')}, ${dataset.asks}`,
    `${counted(steps, 'step')} of ${batch}`,
    optimizer,
    seeds.length === 1 ? '1 seed, so no interval' : counted(seeds.length, 'seed'),
  ]
}

/**
 * Returns the data with labels that differ from each other and are short enough for a figure. Labels of the caller that
 * are too long or equal are replaced by labels from the names of the networks.
 */
export function withShortLabels(data: ComparisonData): ComparisonData {
  const names = data.families.map(({ name }) => name)
  const given = data.families.map(({ label }) => label)
  const fits = new Set(given).size === given.length && given.every((one) => one !== '' && one.length <= longestLabel)
  const labels = fits ? given : networkLabels(names)
  return { ...data, families: names.map((name, index) => ({ name, label: labels[index] })) }
}

/**
 * Explanations of labels, such as `plain is mlp:width=64`, or an empty list if every label is part of a
 * network's name.
 */
export function keyOf({ families }: ComparisonData): string[] {
  if (families.every(({ name, label }) => name.includes(label))) return []
  return families.filter(({ name, label }) => name !== label).map(({ name, label }) => `${label} is ${name}`)
}
