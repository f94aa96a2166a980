/** Types of facts: faults that can be read off a network, its data and its settings before any training. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import type { Dataset } from '../data/dataset.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'

/**
 * The names of all facts, in the order in which facts are told: outputs, network, inputs, targets, classes, samples.
 */
export const factNames = [
  'single-output-for-classes',
  'softmax-twice',
  'output-range',
  'loss-floor',
  'no-nonlinearity',
  'norm-of-one',
  'batch-norm-alone',
  'raw-bytes',
  'unscaled-inputs',
  'unscaled-targets',
  'outlier-targets',
  'one-class',
  'empty-classes',
  'unbalanced-classes',
  'few-samples',
  'large-batch',
  'shared-rows',
] as const

/** The name of a fact. */
export type FactName = (typeof factNames)[number]

/** Options of a training to change, with their new values. Numbers and names only, as the command line writes them. */
export type FactChange = Readonly<
  Partial<
    Record<
      'batch' | 'classWeights' | 'clipNorm' | 'loss' | 'standardize' | 'standardizeTargets' | 'steps',
      number | string
    >
  >
>

/**
 * A fault that can be read off a network, its data and its settings before any training. A fact is a suspect, and a
 * training without the fault confirms it.
 */
export interface Fact {
  readonly fact: FactName
  /** What is wrong, where, and how badly, in one or two sentences. */
  readonly sentence: string
  /** The change that removes the fault, in words: one sentence. */
  readonly remedy: string
  /**
   * The options of the training that remove the fault, with their new values. Absent if the network or the data must
   * change.
   */
  readonly change?: FactChange
}

/** A training that is judged before it begins. */
export interface FactSubject {
  /** Blueprint of the network as it is trained, after a sigmoid that the loss computes itself was left out. */
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  /**
   * The options that the caller gave. The settings hold a batch that is already cut to the size of the training set, so
   * a batch that is too large can only be told from the options.
   */
  readonly asked?: Pick<TrainingOptions, 'batch' | 'steps'>
}

/** A fact without its name. */
export type Found = Omit<Fact, 'fact'>
