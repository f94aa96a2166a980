/** Finds all facts about a training before the training begins. */

import { withoutStandardization } from '../data/standardize.ts'
import { emptyClasses, oneClass, unbalancedClasses } from './class-sizes.ts'
import type { Fact, FactName, FactSubject, Found } from './fact.ts'
import { factNames } from './fact.ts'
import { rawBytes, unscaledInputs } from './input-scale.ts'
import { batchNormAlone, noNonlinearity, normOfOne } from './layers.ts'
import { type Look, lookAt } from './look.ts'
import { outputRange, singleOutput, softmaxTwice } from './outputs.ts'
import { fewSamples, largeBatch, sharedRows } from './samples.ts'
import { lossFloor, outlierTargets, unscaledTargets } from './target-scale.ts'

/** The function that finds each fact, or returns undefined if the training doesn't have this fault. */
const finders: Readonly<Record<FactName, (look: Look) => Found | undefined>> = {
  'single-output-for-classes': singleOutput,
  'softmax-twice': softmaxTwice,
  'output-range': outputRange,
  'loss-floor': lossFloor,
  'no-nonlinearity': noNonlinearity,
  'norm-of-one': normOfOne,
  'batch-norm-alone': batchNormAlone,
  'raw-bytes': rawBytes,
  'unscaled-inputs': unscaledInputs,
  'unscaled-targets': unscaledTargets,
  'outlier-targets': outlierTargets,
  'one-class': oneClass,
  'empty-classes': emptyClasses,
  'unbalanced-classes': unbalancedClasses,
  'few-samples': fewSamples,
  'large-batch': largeBatch,
  'shared-rows': sharedRows,
}

/**
 * Finds the faults that can be read off a network, its data and its settings before any training. The list is empty if
 * nothing stands out. Inputs and targets are judged after the standardization that the settings ask for.
 *
 * A large data set is not read as a whole: about a million input values are read, in samples at equal distances. Copies
 * of 2,000 test samples are searched for in the whole training set.
 */
export function factsOf(subject: FactSubject): readonly Fact[] {
  return factsNamed(factNames, lookAt(subject))
}

/** Facts that depend on the network. All other facts are the same for every network of a comparison. */
const networkFacts: ReadonlySet<FactName> = new Set([
  'single-output-for-classes',
  'softmax-twice',
  'output-range',
  'no-nonlinearity',
  'norm-of-one',
  'batch-norm-alone',
  'few-samples',
] satisfies FactName[])

/** The facts about a network. The facts about the data alone are left out. */
export const networkFactsOf = (subject: FactSubject): readonly Fact[] =>
  factsNamed(
    factNames.filter((name) => networkFacts.has(name)),
    lookAt(subject),
  )

/** The facts about the data and the settings, which are the same for every network. */
export const dataFactsOf = (subject: FactSubject): readonly Fact[] =>
  factsNamed(
    factNames.filter((name) => !networkFacts.has(name)),
    lookAt(subject),
  )

const scaleFacts = ['raw-bytes', 'unscaled-inputs', 'unscaled-targets'] as const satisfies readonly FactName[]

/**
 * Finds the faults in the scale of inputs and targets that the standardization of the settings removes. The bytes of
 * images count as numbers from 0 to 1. The facts have no change, because the training makes the change already.
 */
export function rawFactsOf(subject: FactSubject): readonly Fact[] {
  const left = new Set(factsNamed(scaleFacts, lookAt(subject)).map(({ fact }) => fact))
  return factsNamed(scaleFacts, lookAt({ ...subject, settings: withoutStandardization(subject.settings) }))
    .filter(({ fact }) => !left.has(fact))
    .map(({ fact, sentence, remedy }) => ({ fact, sentence, remedy }))
}

const factsNamed = (names: readonly FactName[], look: Look): Fact[] =>
  names.flatMap((fact) => {
    const found = finders[fact](look)
    return found === undefined ? [] : [{ fact, ...found }]
  })
