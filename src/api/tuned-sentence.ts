/** Describes in words whether the shared rate or the depth makes the deepest network of each family worse. */
import { formatPercent } from '../format/text.ts'
import { counted, number } from '../format/words.ts'
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

/**
 * Compares the deepest network of each family at the shared rate and at its own best rate. The text is empty if no
 * network was trained at its own best rate.
 */
export function tunedSentence(
  runs: readonly ComparedRates[],
  families: readonly { readonly name: string; readonly label: string }[],
  depths: readonly number[],
): string {
  const [shallow, deep] = [Math.min(...depths), Math.max(...depths)]
  const sentences = families.flatMap(({ name, label }) => {
    const at = (depth: number) => runs.filter((run) => run.family === name && run.depth === depth && run.tuned)
    return oneFamily(label, deep, at(deep), shallow === deep ? [] : at(shallow)) ?? []
  })
  return sentences.join(' ')
}

function oneFamily(
  label: string,
  depth: number,
  deep: readonly ComparedRates[],
  shallow: readonly ComparedRates[],
): string | undefined {
  const [first] = deep
  const own = first?.tuned?.rate
  if (own === undefined) return undefined
  const subject = `the ${label} network of ${counted(depth, 'layer')}`
  const change = pairedDifference(sharedOf(shallow), sharedOf(deep), errorOf)
  const isWorse = change?.verdict === 'worse'
  if (own === first.rate) {
    const so = isWorse ? ', so the rate is not the reason for its higher error' : ''
    return `The shared rate ${number(own)} is also the best of the tried rates for ${subject}${so}.`
  }
  const both = `At the shared rate ${number(first.rate)}, ${subject} ${result(sharedOf(deep))}; at its own best rate ${number(own)}, the network ${result(ownOf(deep))}`
  if (deep.length < 3) return `${both}. One or two seeds can't tell whether the difference is more than chance.`
  if (isWorse) return `${both}: ${reason(change, ownOf(shallow), ownOf(deep))}`
  const gain = pairedDifference(sharedOf(deep), ownOf(deep), errorOf)
  return `${both}: ${gain?.verdict === 'better' ? 'its own rate lowers the error.' : 'its own rate does not lower the error by more than chance.'}`
}

/** Says how much of the higher error of the deeper network comes from the rate. */
function reason(shared: PairedDifference, shallow: readonly Run[], deep: readonly Run[]): string {
  const own = pairedDifference(shallow, deep, errorOf)
  if (own === null) return 'the shallower network has no scores at its own best rate.'
  if (deep.every(({ diverged }) => diverged)) return 'no tried rate trains the network.'
  if (own.verdict !== 'worse') return 'the rate, not the depth, made it worse.'
  const counts = [...shallow, ...deep].some(({ diverged }) => diverged) ? ' A diverged seed counts as 100%.' : ''
  const gap = `With each depth at its own best rate, the training error still goes from ${percent(own.first)} to ${percent(own.second)}.${counts}`
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

/** The result of all seeds in words, such as `has 2.1% training error`, with the seeds that diverged. */
function result(runs: readonly Run[]): string {
  const trained = runs.filter(({ diverged }) => !diverged)
  const failed = runs.length - trained.length
  const mean = summarize(trained.map(errorOf))?.mean
  const words = mean === undefined ? '' : `${percent(mean)} training error`
  if (failed === 0) return `has ${words}`
  const seeds = runs.length === 1 ? 'diverged' : `diverged with ${failed} of ${runs.length} seeds`
  if (words === '') return seeds
  return `${seeds} and has ${words} with the other ${trained.length === 1 ? 'seed' : `${trained.length} seeds`}`
}

/** A fraction as a percentage: without decimals from 10% on, and with two decimals below 0.1%. */
const percent = (fraction: number): string =>
  formatPercent(fraction, fraction >= 0.1 ? 0 : fraction === 0 || fraction >= 0.001 ? 1 : 2)
