/** Describes in words whether the shared rate or the depth makes the deepest network of each family worse. */
import { formatPercent, formatR2 } from '../format/text.ts'
import { counted, listed, number } from '../format/words.ts'
import { type PairedDifference, pairedDifference } from '../numerics/paired-difference.ts'
import { summarize } from '../numerics/statistics.ts'
import type { ComparedRun } from './comparison-sentence.ts'

/** One training at the shared rate, with the training at the network's own best rate. */
export interface ComparedRates extends ComparedRun {
  readonly rate: number
  readonly tuned?: Pick<ComparedRun, 'train' | 'diverged'> & { readonly rate: number }
}

/** The training error of one run. A run that diverged counts with an error of 100%. */
interface Run {
  readonly seed: number
  readonly error: number
  readonly diverged: boolean
}

/** Fraction of a difference that the rate must explain to count as the reason of the difference. */
const most = 0.75
/** Fraction of a difference below which the rate is no part of the reason. */
const least = 0.25

/** How a text calls a training error: as an error, or as R2 of networks that predict values. */
interface Words {
  /** Name of the measure as the subject of a sentence. */
  readonly name: string
  /** The measure with its value, or with the value of each of several seeds, after `has`. */
  readonly having: (errors: readonly number[]) => string
  readonly value: (error: number) => string
  /** How the measure of a worse network compares. */
  readonly worse: string
  readonly improves: string
  readonly fails: string
}

const errorWords: Words = {
  name: 'the training error',
  having: (errors) => `${listed(errors.map(percent))} training error`,
  value: (error) => percent(error),
  worse: 'higher error',
  improves: 'lowers the error',
  fails: 'lower the error',
}

const valueWords: Words = {
  name: 'the training R2',
  having: (errors) => `a training R2 of ${listed(errors.map((error) => formatR2(1 - error)))}`,
  value: (error) => formatR2(1 - error),
  worse: 'lower R2',
  improves: 'raises R2',
  fails: 'raise R2',
}

/**
 * Compares the deepest network of each family at the shared rate and at its own best rate. The text is empty if no
 * network was trained at its own best rate. `areValues`: whether the networks predict values and not classes.
 */
export function tunedSentence(
  runs: readonly ComparedRates[],
  families: readonly { readonly name: string; readonly label: string }[],
  depths: readonly number[],
  areValues = false,
): string {
  const [shallow, deep] = [Math.min(...depths), Math.max(...depths)]
  const words = areValues ? valueWords : errorWords
  const compared = families.map(({ name, label }): ComparedFamily => {
    const at = (depth: number) => runs.filter((run) => run.family === name && run.depth === depth && run.tuned)
    return { label, depth: deep, deep: at(deep), shallow: shallow === deep ? [] : at(shallow) }
  })
  // Networks whose best rate is the shared rate are named together, in the sentence about the first of them.
  const content = compared.filter((family) => isContent(family) && !isWorse(family))
  const sentences = compared.flatMap((family) => {
    if (!content.includes(family)) return oneFamily(family, words) ?? []
    if (family !== content[0]) return []
    const [{ rate }] = family.deep
    const several = content.length > 1 ? 'networks' : 'network'
    const labels = listed(content.map(({ label }) => label))
    return `The shared rate ${number(rate)} is also the best of the tried rates for the ${labels} ${several} of ${counted(deep, 'layer')}.`
  })
  return sentences.join(' ')
}

/** The trainings of the deepest and the shallowest network of one family. */
interface ComparedFamily {
  readonly label: string
  readonly depth: number
  readonly deep: readonly ComparedRates[]
  readonly shallow: readonly ComparedRates[]
}

/** Whether the shared rate is the best rate of the deepest network. */
const isContent = ({ deep: [first] }: ComparedFamily): boolean =>
  first?.tuned?.rate === first?.rate && first !== undefined

/** Whether the deepest network is worse than the shallowest one at the shared rate. */
const isWorse = ({ deep, shallow }: ComparedFamily): boolean =>
  pairedDifference(sharedOf(shallow), sharedOf(deep), errorOf)?.verdict === 'worse'

function oneFamily({ label, depth, deep, shallow }: ComparedFamily, words: Words): string | undefined {
  const [first] = deep
  const own = first?.tuned?.rate
  if (own === undefined) return undefined
  const subject = `the ${label} network of ${counted(depth, 'layer')}`
  const change = pairedDifference(sharedOf(shallow), sharedOf(deep), errorOf)
  if (own === first.rate) {
    return `The shared rate ${number(own)} is also the best of the tried rates for ${subject}, so the rate is not the reason for its ${words.worse}.`
  }
  const [shared, tuned] = [sharedOf(deep), ownOf(deep)].map((found) => result(found, words))
  const both = `At the shared rate ${number(first.rate)}, ${subject} ${shared}; at its own best rate ${number(own)}, the network ${tuned}`
  if (deep.length < 3) return `${both}. One or two seeds can't tell whether the difference is more than chance.`
  if (change?.verdict === 'worse') return `${both}: ${reason(change, ownOf(shallow), ownOf(deep), words)}`
  const gain = pairedDifference(sharedOf(deep), ownOf(deep), errorOf)
  return `${both}: ${gain?.verdict === 'better' ? `its own rate ${words.improves}.` : `its own rate does not ${words.fails} by more than chance.`}`
}

/** Says how much of the higher error of the deeper network comes from the rate. */
function reason(shared: PairedDifference, shallow: readonly Run[], deep: readonly Run[], words: Words): string {
  const own = pairedDifference(shallow, deep, errorOf)
  if (own === null) return 'the shallower network has no scores at its own best rate.'
  if (deep.every(({ diverged }) => diverged)) return 'no tried rate trains the network.'
  if (own.verdict !== 'worse') return 'the rate, not the depth, made it worse.'
  const counts = [...shallow, ...deep].some(({ diverged }) => diverged)
    ? ` A diverged seed counts as ${words.value(1)}.`
    : ''
  const gap = `With each depth at its own best rate, ${words.name} still goes from ${words.value(own.first)} to ${words.value(own.second)}.${counts}`
  const explained = 1 - own.mean / shared.mean
  if (explained >= most) return `the rate, more than the depth, made it worse. ${gap}`
  if (explained >= least) return `the rate made ${formatPercent(explained, 0)} of the difference. ${gap}`
  return `the rate is not the reason. ${gap}`
}

const errorOf = ({ error }: Run): number => error

const runOf = (seed: number, { train, diverged }: Pick<ComparedRun, 'train' | 'diverged'>): Run =>
  diverged === null && train.error !== null
    ? { seed, error: train.error, diverged: false }
    : { seed, error: 1, diverged: true }

const sharedOf = (runs: readonly ComparedRates[]): Run[] => runs.map((run) => runOf(run.seed, run))

const ownOf = (runs: readonly ComparedRates[]): Run[] =>
  runs.flatMap(({ seed, tuned }) => (tuned ? [runOf(seed, tuned)] : []))

/**
 * The result of all seeds in words, such as `has 2.1% training error`. If seeds diverged, the errors of the other seeds
 * follow one by one: their mean would look too good.
 */
function result(runs: readonly Run[], { having }: Words): string {
  const trained = runs.filter(({ diverged }) => !diverged)
  const failed = runs.length - trained.length
  const mean = summarize(trained.map(errorOf))?.mean
  if (failed === 0) return `has ${having(mean === undefined ? [] : [mean])}`
  const seeds = runs.length === 1 ? 'diverged' : `diverged with ${failed} of ${runs.length} seeds`
  if (trained.length === 0) return seeds
  return `${seeds} and has ${having(trained.map(errorOf))} with the other ${trained.length === 1 ? 'seed' : `${trained.length} seeds`}`
}

/** A fraction as a percentage: without decimals from 10% on, and with two decimals below 0.1%. */
const percent = (fraction: number): string =>
  formatPercent(fraction, fraction >= 0.1 ? 0 : fraction === 0 || fraction >= 0.001 ? 1 : 2)
