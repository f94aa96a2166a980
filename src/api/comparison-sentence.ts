/** Describes in words how the errors of several networks change with depth. */
import { formatPercent, formatR2 } from '../format/text.ts'
import { type PairedDifference, pairedDifference } from '../numerics/paired-difference.ts'
import { summarize } from '../numerics/statistics.ts'
import type { Scores } from '../training/evaluator.ts'

/** Seed, depth and scores of one training of a comparison. */
export interface ComparedRun {
  readonly family: string
  readonly depth: number
  readonly seed: number
  readonly train: Scores
  readonly test: Scores
  readonly diverged: object | null
}

/** Formats a fraction as a percentage with 0 to 2 decimals, as in the table of a comparison's report. */
const percent = (fraction: number): string => {
  const value = 100 * fraction
  return formatPercent(fraction, value >= 10 ? 0 : value === 0 || value >= 0.1 ? 1 : 2)
}

/** R2 of a mean error, such as `0.820`. */
const coefficient = (error: number): string => formatR2(1 - error)

interface Family {
  readonly name: string
  readonly label: string
}

/**
 * Compares the errors of each network family at the smallest and the largest depth, on the training set and on the test
 * set. If all networks have the same depth, the network of each family is compared with the network of the first
 * family. `areValues`: whether the networks predict values and not classes.
 */
export function comparisonSentence(
  runs: readonly ComparedRun[],
  families: readonly Family[],
  depths: readonly number[],
  areValues = false,
): string {
  const shallow = Math.min(...depths)
  const deep = Math.max(...depths)
  const of = ({ name }: Family, depth: number) => runs.filter((run) => run.family === name && run.depth === depth)
  if (shallow === deep) {
    const each = families.map((family) => oneDepth(family, deep, of(family, deep), areValues))
    const [first, ...others] = families
    const against = others.flatMap((family) => oneAgainst(family, first, of(family, deep), of(first, deep)) ?? [])
    return [...each, ...against, ...untested(runs)].join(' ')
  }
  const each = families.map((family) =>
    overDepth(family, { shallow, deep, areValues }, of(family, shallow), of(family, deep)),
  )
  return [...each, ...untested(runs)].join(' ')
}

/** Returns a sentence if networks have training errors and no network has a test error. */
function untested(runs: readonly ComparedRun[]): string[] {
  const isTrained = runs.some(({ train }) => train.error !== null)
  return isTrained && runs.every(({ test }) => test.error === null) ? ['No test error is known.'] : []
}

/** Counts the trainings of a list that diverged. */
const divergedCount = (runs: readonly ComparedRun[]): number => runs.filter(({ diverged }) => diverged !== null).length

function divergedSentence({ label }: Family, depth: number, runs: readonly ComparedRun[]): string {
  const layers = depth === 1 ? '1 layer' : `${depth} layers`
  return `The ${label} network of ${layers} diverged with ${divergedCount(runs)} of ${runs.length} seeds.`
}

function oneDepth(family: Family, depth: number, runs: readonly ComparedRun[], areValues: boolean): string {
  if (divergedCount(runs) > 0) return divergedSentence(family, depth, runs)
  const train = summarize(runs.map((run) => run.train.error))
  const test = summarize(runs.map((run) => run.test.error))
  if (!train) return `The ${family.label} network has no scores.`
  const start = `At depth ${depth}, the ${family.label} network has`
  if (areValues) {
    const tested = test ? ` and a test R2 of ${coefficient(test.mean)}` : ''
    return `${start} a training R2 of ${coefficient(train.mean)}${tested}.`
  }
  const tested = test ? ` and ${percent(test.mean)} test error` : ''
  return `${start} ${percent(train.mean)} training error${tested}.`
}

/**
 * Describes in words which of two networks of the same depth is better. Returns undefined if a training diverged or no
 * seed has errors of both networks.
 */
function oneAgainst(
  { label }: Family,
  other: Family,
  own: readonly ComparedRun[],
  others: readonly ComparedRun[],
): string | undefined {
  if (divergedCount(own) + divergedCount(others) > 0) return undefined
  const train = pairedDifference(others, own, (run) => run.train.error)
  const test = pairedDifference(others, own, (run) => run.test.error)
  if (!train) return undefined
  return test ? concludeAgainst(label, other.label, train, test) : trainedAgainst(label, other.label, train)
}

/** Says which of two networks is better on the training set, if no test error is known. */
function trainedAgainst(label: string, other: string, { verdict }: PairedDifference): string {
  if (verdict === 'too few seeds') return tooFewSeeds(label, other)
  const found = verdict === 'same' ? 'no different' : verdict
  return `Compared seed by seed with the ${other} network, the ${label} network is ${found} on the training set.`
}

const tooFewSeeds = (label: string, other: string): string =>
  `One or two seeds can't tell whether the ${label} network differs from the ${other} network by more than chance.`

function concludeAgainst(label: string, other: string, train: PairedDifference, test: PairedDifference): string {
  if (train.verdict === 'too few seeds' || test.verdict === 'too few seeds') {
    return tooFewSeeds(label, other)
  }
  if (train.verdict === 'same' && test.verdict === 'same') {
    return `Compared seed by seed, the difference between the ${label} network and the ${other} network is within the spread of the seeds.`
  }
  const start = `Compared seed by seed with the ${other} network, the ${label} network is`
  const [onTrain, onTest] = [train, test].map(({ verdict }) => (verdict === 'same' ? 'no different' : verdict))
  return onTrain === onTest
    ? `${start} ${onTrain} on the training set and on the test set.`
    : `${start} ${onTrain} on the training set and ${onTest} on the test set.`
}

function overDepth(
  family: Family,
  { shallow, deep, areValues }: { shallow: number; deep: number; areValues: boolean },
  first: readonly ComparedRun[],
  second: readonly ComparedRun[],
): string {
  if (divergedCount(first) > 0) {
    return `${divergedSentence(family, shallow, first)} The shallower network itself diverged, so try a lower rate first.`
  }
  if (divergedCount(second) > 0) return divergedSentence(family, deep, second)
  const train = pairedDifference(first, second, (run) => run.train.error)
  const test = pairedDifference(first, second, (run) => run.test.error)
  if (!train) return `The ${family.label} network has no scores to compare.`
  const [what, say] = areValues ? ['R2', coefficient] : ['the error', percent]
  const change = ({ first: from, second: to }: PairedDifference): string =>
    say(from) === say(to) ? `stays at ${say(to)}` : `goes from ${say(from)} to ${say(to)}`
  const course = `From ${shallow} to ${deep} layers, ${what} of the ${family.label} network ${change(train)} on the TRAINING set`
  if (!test) return `${course}. ${concludeTraining(train)}`
  const [onTrain, onTest] = [change(train), change(test)]
  // A verb that both sets share is said once.
  const [verb] = onTrain.split(' ')
  const rest = onTest.startsWith(`${verb} `) ? onTest.slice(verb.length + 1) : onTest
  const start = `${course} and ${rest} on the test set.`
  return `${start} ${conclude(train, test)}`
}

/** Largest training error, as a fraction, of a network that counts as fitted to its training set. */
const unfitError = 0.05

/** Says what the training errors of two depths show, if no test error is known. */
function concludeTraining({ verdict, second }: PairedDifference): string {
  if (verdict === 'too few seeds') {
    return "One or two seeds can't tell whether the difference between the two depths is more than chance."
  }
  if (verdict === 'same') return 'The difference between the two depths is within the spread of the seeds.'
  if (verdict === 'better') return 'The deeper network is better on the training set.'
  const unfit = second > unfitError ? ' The deeper network does not even fit its training set.' : ''
  return `The deeper network is worse on the training set, so overfitting is not the cause.${unfit}`
}

function conclude(train: PairedDifference, test: PairedDifference): string {
  if (train.verdict === 'too few seeds' || test.verdict === 'too few seeds') {
    return "One or two seeds can't tell whether the difference between the two depths is more than chance."
  }
  if (train.verdict === 'worse') {
    const sets = test.verdict === 'worse' ? 'the training set and on the test set' : 'the training set'
    const unfit = train.second > unfitError ? ' The deeper network does not even fit its training set.' : ''
    return `The deeper network is worse on ${sets}, so overfitting is not the cause.${unfit}`
  }
  // A worse test error alone may be overfitting, which only the controls of a diagnosis can tell.
  if (test.verdict === 'worse') {
    return train.verdict === 'better'
      ? 'The deeper network is better on the training set and worse on the test set.'
      : 'The deeper network is worse only on the test set.'
  }
  if (train.verdict === 'better' && test.verdict === 'better')
    return 'The deeper network is better on the training set and on the test set.'
  if (train.verdict === 'better') {
    return 'The deeper network is better on the training set, and no different on the test set.'
  }
  if (test.verdict === 'better') {
    return 'The deeper network is better on the test set, and no different on the training set.'
  }
  return 'The difference between the two depths is within the spread of the seeds.'
}
