/** What follows from the same training of several networks at several depths, in words. */
import { formatPercent } from '../format/text.ts'
import { type PairedDifference, pairedDifference } from '../numerics/paired-difference.ts'
import { summarize } from '../numerics/statistics.ts'
import type { Scores } from '../training/evaluator.ts'

/** One training of a comparison. */
export interface ComparedRun {
  readonly family: string
  readonly depth: number
  readonly seed: number
  readonly train: Scores
  readonly test: Scores
  readonly diverged: object | null
}

/** As the report's table has it: one decimal, or two where one would hide the number. */
const percent = (fraction: number): string => {
  const value = 100 * fraction
  return formatPercent(fraction, value >= 10 ? 0 : value === 0 || value >= 0.1 ? 1 : 2)
}

interface Family {
  readonly name: string
  readonly label: string
}

/** What happened to each family between its shallowest and its deepest network, on the training set and the test set. */
export function comparisonSentence(
  runs: readonly ComparedRun[],
  families: readonly Family[],
  depths: readonly number[],
): string {
  const shallow = Math.min(...depths)
  const deep = Math.max(...depths)
  const of = ({ name }: Family, depth: number) => runs.filter((run) => run.family === name && run.depth === depth)
  if (shallow === deep) {
    const each = families.map((family) => oneDepth(family, deep, of(family, deep)))
    const [first, ...others] = families
    const against = others.flatMap((family) => oneAgainst(family, first, of(family, deep), of(first, deep)) ?? [])
    return [...each, ...against].join(' ')
  }
  return families.map((family) => overDepth(family, { shallow, deep }, of(family, shallow), of(family, deep))).join(' ')
}

const brokenOf = (runs: readonly ComparedRun[]): number => runs.filter(({ diverged }) => diverged !== null).length

function divergedSentence({ label }: Family, depth: number, runs: readonly ComparedRun[]): string {
  const layers = depth === 1 ? '1 layer' : `${depth} layers`
  return `The ${label} network of ${layers} diverged with ${brokenOf(runs)} of ${runs.length} seeds.`
}

function oneDepth(family: Family, depth: number, runs: readonly ComparedRun[]): string {
  if (brokenOf(runs) > 0) return divergedSentence(family, depth, runs)
  const train = summarize(runs.map((run) => run.train.error))
  const test = summarize(runs.map((run) => run.test.error))
  if (!train || !test) return `The ${family.label} network has no scores.`
  return `At depth ${depth} the ${family.label} network has ${percent(train.mean)} training error and ${percent(test.mean)} test error.`
}

/** One network against another of the same depth; undefined where there is nothing to pair. */
function oneAgainst(
  { label }: Family,
  other: Family,
  own: readonly ComparedRun[],
  others: readonly ComparedRun[],
): string | undefined {
  if (brokenOf(own) + brokenOf(others) > 0) return undefined
  const train = pairedDifference(others, own, (run) => run.train.error)
  const test = pairedDifference(others, own, (run) => run.test.error)
  return train && test ? `Paired by seed, ${label} against ${other.label}: ${concludeAgainst(train, test)}` : undefined
}

function concludeAgainst(train: PairedDifference, test: PairedDifference): string {
  if (train.verdict === 'too few seeds' || test.verdict === 'too few seeds') return tooFewSeeds
  const [onTrain, onTest] = [train, test].map(({ verdict }) => (verdict === 'same' ? 'no different' : verdict))
  if (onTrain !== onTest) return `${onTrain} on the training set, and ${onTest} on the test set.`
  return train.verdict === 'same' ? noDifference : `${onTrain} on both sets.`
}

const tooFewSeeds = "one or two seeds can't tell whether that is more than chance."
const noDifference = 'no difference beyond the spread of the seeds.'

function overDepth(
  family: Family,
  { shallow, deep }: { shallow: number; deep: number },
  first: readonly ComparedRun[],
  second: readonly ComparedRun[],
): string {
  if (brokenOf(first) > 0) {
    return `${divergedSentence(family, shallow, first)} It is the shallower one, so try a lower rate first.`
  }
  if (brokenOf(second) > 0) return divergedSentence(family, deep, second)
  const train = pairedDifference(first, second, (run) => run.train.error)
  const test = pairedDifference(first, second, (run) => run.test.error)
  if (!train || !test) return `The ${family.label} network has no scores to compare.`
  const change = ({ first: from, second: to }: PairedDifference): string => `${percent(from)} to ${percent(to)}`
  const start = `From ${shallow} to ${deep} layers the ${family.label} network's error goes from ${change(train)} on the TRAINING set and from ${change(test)} on the test set`
  return `${start}: ${conclude(train, test)}`
}

/** A network with more training error than this hasn't fitted its training set, whatever it is compared with. */
const unfitError = 0.05

function conclude(train: PairedDifference, test: PairedDifference): string {
  if (train.verdict === 'too few seeds' || test.verdict === 'too few seeds') {
    return tooFewSeeds
  }
  if (train.verdict === 'worse') {
    const sets = test.verdict === 'worse' ? 'both' : 'the training set'
    const unfit = train.second > unfitError ? ': the deeper network does not even fit what it was trained on' : ''
    return `worse on ${sets}, so this is not overfitting${unfit}.`
  }
  // Whether that is overfitting takes more than this comparison: the diagnosis has the controls.
  if (test.verdict === 'worse') {
    return train.verdict === 'better'
      ? 'better on the training set and worse on the test set.'
      : 'worse on the test set alone.'
  }
  if (train.verdict === 'better' && test.verdict === 'better') return 'depth helps on both.'
  if (train.verdict === 'better') return 'better on the training set, and no different on the test set.'
  if (test.verdict === 'better') return 'better on the test set, and no different on the training set.'
  return noDifference
}
