/** What a comparison of networks over depth consists of, and its summary by network and depth. */
import { formatFixed, MISSING } from '../format/text.ts'
import { counted, listed } from '../format/words.ts'
import { type Summary, summarize } from '../numerics/statistics.ts'
import type { ReportedScores } from './reported-scores.ts'

/** One training. */
export interface ComparisonRow {
  /** The `name` of its family. */
  readonly family: string
  readonly depth: number
  readonly seed: number
  readonly train: ReportedScores
  readonly test: ReportedScores
  /** Where the numbers stopped being finite; null if they never did. */
  readonly diverged: { readonly step: number; readonly layer: string } | null
  /** What stood out about the signal in the network, in words; null if nothing did. */
  readonly signal: string | null
  readonly losses: readonly { readonly step: number; readonly loss: number }[]
  readonly seconds: number
}

export interface ComparisonData {
  /** The command that made it, where one did. */
  readonly command?: string
  readonly dataset: {
    readonly name: string
    readonly train: number
    readonly test: number
    /** Null where values are predicted: then the error is the fraction of their variance that isn't explained. */
    readonly classes: number | null
    /** What the outputs are, in words: `10 classes`. */
    readonly asks: string
  }
  readonly steps: number
  readonly batch: number
  readonly optimizer: string
  /** What all of it took. */
  readonly seconds: number
  readonly version: string
  readonly mode: string
  /** `name` is how the network is written, `label` what it is called here. */
  readonly families: readonly { readonly name: string; readonly label: string }[]
  readonly depths: readonly number[]
  readonly seeds: readonly number[]
  readonly rows: readonly ComparisonRow[]
  /** What came out, in a sentence or two. */
  readonly sentence: string
}

/** All seeds of one network at one depth. */
export interface ComparisonCell {
  readonly label: string
  readonly depth: number
  readonly runs: readonly ComparisonRow[]
  readonly trainLoss: Summary | null
  readonly trainError: Summary | null
  readonly testError: Summary | null
}

/** The cells that were run: by family, then by depth. */
export function cellsOf(data: ComparisonData): ComparisonCell[] {
  return data.families.flatMap(({ name, label }) =>
    data.depths.flatMap((depth) => {
      const runs = data.rows.filter((row) => row.family === name && row.depth === depth)
      if (runs.length === 0) return []
      // What a diverged run scores says nothing about trained networks, even where it is finite.
      const trained = runs.filter((run) => run.diverged === null)
      const trainLoss = summarize(trained.map((run) => run.train.loss))
      const trainError = summarize(trained.map((run) => run.train.error))
      const testError = summarize(trained.map((run) => run.test.error))
      return [{ label, depth, runs, trainLoss, trainError, testError }]
    }),
  )
}

/** What stands where a number can't: `diverged`, or a dash if the run didn't diverge and yet has no number. */
export function absence(runs: readonly ComparisonRow[]): string {
  return runs.some((run) => run.diverged !== null) ? 'diverged' : MISSING
}

/** What the table can't hold: who diverged where, and what the signal was like. */
export function notesOf(cells: readonly ComparisonCell[]): string[] {
  return cells.flatMap(({ label, depth, runs }) => {
    const broken = runs.flatMap(({ seed, diverged }) => {
      return diverged === null ? [] : [`seed ${seed} at step ${formatFixed(diverged.step, 0)} (${diverged.layer})`]
    })
    const signals = [...new Set(runs.flatMap((run) => run.signal ?? []))]
    const where = `${label}, depth ${depth}`
    const rest = broken.length < runs.length ? '; the row is about the others' : ''
    const divergence = broken.length === 0 ? [] : [`${where}: diverged with ${listed(broken)}${rest}.`]
    return [...divergence, ...signals.map((signal) => `${where}: ${signal}`)]
  })
}

/** `3 seeds`, and what that means for intervals. */
export function seedWords(data: ComparisonData): string {
  return data.seeds.length === 1
    ? '1 seed, so no interval'
    : `mean and 95% interval over ${counted(data.seeds.length, 'seed')}`
}

/** What was done, in a few items. */
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

/** The same data, with labels short enough to stand in a figure, and different from each other. */
export function withShortLabels(data: ComparisonData): ComparisonData {
  const names = data.families.map(({ name }) => name)
  const numbered = names.map((_, index) => `network ${index + 1}`)
  const choices = [data.families.map(({ label }) => label), differencesOf(names), numbered]
  const fits = (labels: readonly string[]): boolean =>
    new Set(labels).size === labels.length && labels.every(({ length }) => length > 0 && length <= LONGEST_LABEL)
  const labels = choices.find(fits) ?? numbered
  return { ...data, families: names.map((name, index) => ({ name, label: labels[index] })) }
}

/** Of each what not all have: of `resnet-N` and `resnet-N:remedy=fixup` the name and `remedy=fixup`. */
function differencesOf(names: readonly string[]): string[] {
  const parts = names.map((name) => name.split(/[:,]/))
  return parts.map((own) => {
    const different = own.filter((part) => !parts.every((others) => others.includes(part)))
    return different.length === 0 ? own[0] : different.join(',')
  })
}

/** `network 1 is resnet-N:remedy=fixup`, where a label doesn't say it itself. */
export function keyOf({ families }: ComparisonData): string[] {
  if (families.every(({ name, label }) => name.includes(label))) return []
  return families.filter(({ name, label }) => name !== label).map(({ name, label }) => `${label} is ${name}`)
}
