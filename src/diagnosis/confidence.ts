/**
 * How sure a diagnosis is: the fraction of diagnoses with the same grounds that were right in the case book and in the
 * public cases (docs/diagnosis.md has the counts).
 */
import type { JudgedCause } from './causes/table.ts'
import type { Cure } from './cure.ts'
import type { Judgment } from './judge.ts'

/**
 * Grounds of an answer. `cured`: the cause was tested, and a change that mends the training was measured with fresh seeds. `proven`: trainings
 * with one thing changed restored the training. `observed`: measurements and controls speak for the cause, and no training
 * without the cause exists. `contested`: a cause that comes earlier in the causal chain is still open.
 */
export type Grounds = 'cured' | 'proven' | 'observed' | 'contested' | 'sound' | 'sound with open causes' | 'undecided'

const confidences: Readonly<Record<Grounds, number>> = {
  cured: 0.95,
  proven: 0.9,
  observed: 0.8,
  contested: 0.7,
  sound: 0.9,
  'sound with open causes': 0.8,
  undecided: 0,
}

export interface Confidence {
  readonly grounds: Grounds
  /** Probability that the verdict is right, from 0 to 1. */
  readonly value: number
}

export function confidenceOf(judgment: Judgment, cure: Cure | null): Confidence {
  const grounds = groundsOf(judgment, cure)
  return { grounds, value: confidences[grounds] }
}

function groundsOf({ verdict, findings, open }: Judgment, cure: Cure | null): Grounds {
  if (verdict === 'undecided') return 'undecided'
  const [first] = findings
  if (first === undefined) return open.length === 0 ? 'sound' : 'sound with open causes'
  const isTested = first.proof !== undefined || changesOneThing.has(first.cause)
  if (isTested && cure?.isFresh) return 'cured'
  if (open.some(({ proof }) => proof !== undefined)) return 'contested'
  return isTested ? 'proven' : 'observed'
}

/** Causes besides the mechanisms that hold only if a training with one thing changed is better. */
const changesOneThing: ReadonlySet<JudgedCause['cause']> = new Set([
  'unscaled-data',
  'output-cannot-reach-targets',
  'no-nonlinearity',
  'unbalanced-classes',
  'over-regularized',
  'numerical-error',
  'unstable-step',
  'step-too-small',
  'too-few-steps',
  'under-capacity',
])
