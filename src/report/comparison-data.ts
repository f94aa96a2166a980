/** The data of a comparison of networks over depth, and the summary of the data by network and depth. */
import { formatFixed, MISSING } from '../format/text.ts'
import { counted, listed } from '../format/words.ts'
import { type Summary, summarize } from '../numerics/statistics.ts'
import type { ReportedScores } from './reported-scores.ts'

/** One training of a comparison: one network, one depth, one seed. */
export interface ComparisonRow {
  /** The `name` of the network family. */
  readonly family: string
  readonly depth: number
  readonly seed: number
  readonly train: ReportedScores
  readonly test: ReportedScores
  /** Step and layer of the first number that was not finite, or null if all numbers were finite. */
  readonly diverged: { readonly step: number; readonly layer: string } | null
  /** A sentence about an unusual signal in the network, or null if the signal is normal. */
  readonly signal: string | null
  readonly losses: readonly { readonly step: number; readonly loss: number }[]
  readonly seconds: number
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
    /** The network's outputs in words, such as `10 classes`. */
    readonly asks: string
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
}

/** The trainings of one network at one depth, with all seeds. */
export interface ComparisonCell {
  readonly label: string
  readonly depth: number
  readonly runs: readonly ComparisonRow[]
  readonly trainLoss: Summary | null
  readonly trainError: Summary | null
  readonly testError: Summary | null
}

/**
 * Lists the cells (one network at one depth) that have at least one training, ordered by network family, then by depth.
 */
export function cellsOf(data: ComparisonData): ComparisonCell[] {
  return data.families.flatMap(({ name, label }) =>
    data.depths.flatMap((depth) => {
      const runs = data.rows.filter((row) => row.family === name && row.depth === depth)
      if (runs.length === 0) return []
      // The scores of a diverged training say nothing about trained networks, even if the scores are finite.
      const trained = runs.filter((run) => run.diverged === null)
      const trainLoss = summarize(trained.map((run) => run.train.loss))
      const trainError = summarize(trained.map((run) => run.train.error))
      const testError = summarize(trained.map((run) => run.test.error))
      return [{ label, depth, runs, trainLoss, trainError, testError }]
    }),
  )
}

/** Returns the text in place of a missing number: `diverged`, or a dash if no run diverged. */
export function absence(runs: readonly ComparisonRow[]): string {
  return runs.some((run) => run.diverged !== null) ? 'diverged' : MISSING
}

/** Returns the notes below the table: which seeds diverged at which step, and sentences about the signal. */
export function notesOf(cells: readonly ComparisonCell[]): string[] {
  return cells.flatMap(({ label, depth, runs }) => {
    const broken = runs.flatMap(({ seed, diverged }) => {
      return diverged === null ? [] : [`seed ${seed} at step ${formatFixed(diverged.step, 0)} (${diverged.layer})`]
    })
    const signals = [...new Set(runs.flatMap((run) => run.signal ?? []))]
    const where = `${label}, depth ${depth}`
    const rest = broken.length < runs.length ? ' The row shows only the seeds that did not diverge.' : ''
    const divergence = broken.length === 0 ? [] : [`${where}: diverged with ${listed(broken)}.${rest}`]
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

const LONGEST_LABEL = 16

/** Returns the data with labels that differ from each other and are short enough for a figure. */
export function withShortLabels(data: ComparisonData): ComparisonData {
  const names = data.families.map(({ name }) => name)
  const numbered = names.map((_, index) => `network ${index + 1}`)
  const choices = [data.families.map(({ label }) => label), differencesOf(names), numbered]
  const fits = (labels: readonly string[]): boolean =>
    new Set(labels).size === labels.length && labels.every(({ length }) => length > 0 && length <= LONGEST_LABEL)
  const labels = choices.find(fits) ?? numbered
  return { ...data, families: names.map((name, index) => ({ name, label: labels[index] })) }
}

/**
 * Returns the parts of each name that some other name lacks, or the first part of the name if no part differs. The name
 * `resnet-N:remedy=fixup` differs from `resnet-N` in the part `remedy=fixup`.
 */
function differencesOf(names: readonly string[]): string[] {
  const parts = names.map((name) => name.split(/[:,]/))
  return parts.map((own) => {
    const different = own.filter((part) => !parts.every((others) => others.includes(part)))
    return different.length === 0 ? own[0] : different.join(',')
  })
}

/**
 * Explanations of labels, such as `network 1 is resnet-N:remedy=fixup`, or an empty list if every label is part of a
 * network's name.
 */
export function keyOf({ families }: ComparisonData): string[] {
  if (families.every(({ name, label }) => name.includes(label))) return []
  return families.filter(({ name, label }) => name !== label).map(({ name, label }) => `${label} is ${name}`)
}
