/** Says that a network is no better than the best linear model on the training set. */
import type { Baselines } from '../baselines/baselines.ts'
import { formatPercent, formatR2 } from '../format/text.ts'
import type { ComparisonRun } from './carry-out-comparison.ts'
import { networksOf } from './stuck-networks.ts'

/** A network is better than a linear model if its training error is below this fraction of the linear model's error. */
const better = 0.95
/** Training error below which a network needs no comparison. */
const excellent = 0.01

/** Whether a training error is neither clearly below the training error of the best linear model nor excellent. */
export function isNoBetterThanLinear(error: number | null, baselines: Baselines | undefined): boolean {
  const linear = baselines?.linear.train.error ?? null
  return error !== null && linear !== null && error > excellent && error >= better * linear
}

/** `worse` for an error clearly above that of the linear model, and `no better` for a similar error. */
const verdictOn = (error: number | null, { linear }: Pick<Baselines, 'linear'>): string =>
  better * (error ?? 0) > (linear.train.error ?? Number.POSITIVE_INFINITY) ? 'worse' : 'no better'

/** A training error in words: `error 8.1%` for classes, and `R2 0.781` for values. */
export function trainingErrorText(error: number | null, areValues: boolean): string {
  if (error === null) return 'unknown'
  return areValues ? `R2 ${formatR2(1 - error)}` : `error ${formatPercent(error, 2)}`
}

/** The sentence about one network that is no better than the best linear model. */
export function noBetterSentence(error: number | null, baselines: Baselines, areValues: boolean): string {
  const [own, other] = [error, baselines.linear.train.error].map((one) => trainingErrorText(one, areValues))
  return `On the training set, the network is ${verdictOn(error, baselines)} than the best linear model: ${own}, against ${other} for the linear model.`
}

/** A network of a comparison that is no better than the best linear model, at its best known rate. */
export interface WeakNetwork {
  readonly family: string
  readonly depth: number
  readonly rate: number
  /** Mean training error over the seeds. */
  readonly error: number
}

type WeakRun = Pick<ComparisonRun, 'family' | 'depth' | 'rate' | 'diverged' | 'train' | 'tuned'>

/**
 * Lists the networks that are no better than the best linear model on the training set, ordered by family and depth.
 * Networks with a diverged training are left out, because the divergence is the first thing to mend.
 */
export function weakNetworks(
  rows: readonly WeakRun[],
  families: readonly { readonly name: string }[],
  baselines: Baselines | undefined,
): WeakNetwork[] {
  return families.flatMap(({ name }) => {
    const own = rows.filter(({ family }) => family === name).map((row) => ({ ...row, ...row.tuned }))
    const depths = [...new Set(own.map(({ depth }) => depth))].sort((one, other) => one - other)
    return depths.flatMap((depth) => {
      const runs = own.filter((row) => row.depth === depth)
      const errors = runs.map(({ diverged, train }) => (diverged === null ? train.error : null) ?? Number.NaN)
      const error = errors.reduce((sum, value) => sum + value, 0) / errors.length
      if (Number.isNaN(error) || !isNoBetterThanLinear(error, baselines)) return []
      return [{ family: name, depth, rate: runs[0].rate, error }]
    })
  })
}

/** Describes weak networks in one sentence for each family, after the training error of the linear model. */
export function weakSentences(
  weak: readonly WeakNetwork[],
  families: readonly { readonly name: string; readonly label: string }[],
  baselines: Baselines,
  areValues: boolean,
): string[] {
  if (weak.length === 0) return []
  const shown = (error: number | null): string => trainingErrorText(error, areValues)
  const sentences = families.flatMap(({ name, label }) => {
    const own = weak.filter(({ family }) => family === name)
    if (own.length === 0) return []
    const verb = own.length === 1 ? 'is' : 'are'
    const errors = [...new Set([own[0], own[own.length - 1]].map(({ error }) => shown(error)))]
    const verdicts = new Set(own.map(({ error }) => verdictOn(error, baselines)))
    const verdict = verdicts.size === 1 ? [...verdicts][0] : 'no better'
    return [`${networksOf(own, label)} ${verb} ${verdict}: ${errors.join(' to ')}.`]
  })
  return [`On the training set, the best linear model has ${shown(baselines.linear.train.error)}.`, ...sentences]
}
