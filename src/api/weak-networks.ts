/** Finds networks of a comparison that are no better than the best linear model on the training set. */
import type { Baselines } from '../baselines/baselines.ts'
import type { ComparisonRun } from './carry-out-comparison.ts'
import { isNoBetterThanLinear, trainingErrorText, verdictOn } from './linear-advice.ts'
import { networksOf } from './stuck-networks.ts'

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
    const all = own.map(({ error }) => error)
    const [least, most] = [shown(Math.min(...all)), shown(Math.max(...all))]
    const verdicts = new Set(own.map(({ error }) => verdictOn(error, baselines)))
    const verdict = verdicts.size === 1 ? [...verdicts][0] : 'no better'
    return [
      `${networksOf(own, label)} ${verb} ${verdict}: ${least === most ? least : `${least} to ${most.replace(/^\S+ /, '')}`}.`,
    ]
  })
  return [`On the training set, the best linear model has ${shown(baselines.linear.train.error)}.`, ...sentences]
}
