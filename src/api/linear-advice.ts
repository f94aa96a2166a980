/** Says that a network is no better than the best linear model on the training set. */
import type { Baselines } from '../baselines/baselines.ts'
import { formatPercent, formatR2 } from '../format/text.ts'

/** A network is better than a linear model if its training error is below this fraction of the linear model's error. */
const better = 0.95
/** Training error below which a network needs no comparison. */
const excellent = 0.01

/** Whether a training error is neither clearly below the training error of the best linear model nor excellent. */
export function isNoBetterThanLinear(error: number | null, baselines: Baselines | undefined): boolean {
  const linear = baselines?.linear.train.error ?? null
  return error !== null && linear !== null && error > excellent && error >= better * linear
}

/** Distance from which on an error is clearly above another error. */
const clearly = 0.02

/** `worse` for an error clearly above that of the linear model, and `no better` for a similar error. */
export function verdictOn(error: number | null, { linear }: Pick<Baselines, 'linear'>): 'worse' | 'no better' {
  const [own, other] = [error ?? Number.NaN, linear.train.error ?? Number.NaN]
  return better * own > other && own - other > clearly ? 'worse' : 'no better'
}

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
