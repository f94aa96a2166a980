/** Made-up evidence, to test the judgments and the texts of a diagnosis. */
import type { Cause } from '../../src/diagnosis/cause.ts'
import type { Judged, Need, Untested } from '../../src/diagnosis/causes/assessment.ts'
import { type InterventionName, interventions } from '../../src/diagnosis/causes/interventions.ts'
import type { JudgedCause } from '../../src/diagnosis/causes/table.ts'
import {
  type ChangeName,
  type ControlName,
  changeNames,
  changeOf,
  controlNames,
  controlOf,
  nameAt,
} from '../../src/diagnosis/controls.ts'
import type { Evidence } from '../../src/diagnosis/evidence.ts'
import type { Judgment } from '../../src/diagnosis/judge.ts'
import type { Measured } from '../../src/diagnosis/measured.ts'
import type { TrialRecord } from '../../src/diagnosis/trial-record.ts'
import { wordsOf } from '../../src/diagnosis/wording/causes.ts'
import { groundText } from '../../src/diagnosis/wording/grounds.ts'
import type { Words } from '../../src/diagnosis/wording/words.ts'
import type { FactName } from '../../src/facts/fact.ts'
import type { Reading } from '../../src/probes/probe-pass.ts'
import type { Scores } from '../../src/training/scores.ts'

/** A loss or an error. The value is null for a training that diverged. */
export type Result = number | null

/** Loss and error of guessing among ten classes. */
const guessing = { loss: 2.3, error: 0.9 }

/** Errors of guessing on both sets, beside the best linear model. */
export const guessedErrors = { train: { error: 0.9 }, test: { error: 0.9 } }

export interface MadeUpTrials {
  readonly loss: readonly Result[]
  /** Training errors. The default scales the losses so that the loss of guessing has the error of guessing. */
  readonly error?: readonly Result[]
  /** Test losses. The default is the training losses. */
  readonly testLoss?: readonly Result[]
  /** Test errors. The default is the training errors. */
  readonly testError?: readonly Result[]
  /** Test losses during the training, the same for all seeds. */
  readonly testLosses?: readonly number[]
  readonly start?: Reading
  readonly end?: Reading
  readonly seeds?: readonly number[]
  /** Number of steps. The default is 100. */
  readonly steps?: number
  /** Losses during the training, the same for all seeds. */
  readonly losses?: readonly number[]
  /** Further scores on the training set, the same for all seeds. */
  readonly scores?: Partial<Scores>
}

/** Creates a training record for each loss, with the seeds 0, 1, 2 and so on by default. */
export function madeUpTrials(control: ControlName, made: MadeUpTrials): TrialRecord[] {
  const { loss, steps = 100, testLosses = [], start = {}, end = start, seeds = loss.map((_, index) => index) } = made
  const error = made.error ?? loss.map((one) => one && (guessing.error * one) / guessing.loss)
  const { testLoss = loss, testError = error } = made
  return seeds.map((seed, index): TrialRecord => {
    const train = { loss: loss[index], error: error[index], ...made.scores }
    const test = { loss: testLoss[index], error: testError[index] }
    const way = testLosses.map((value, run) => ({
      step: 10 * (run + 1),
      train,
      test: { ...test, loss: value },
      reading: {},
    }))
    const snapshots = [{ step: 0, reading: start }, ...way, { step: steps, train, test, reading: end }]
    const diverged = loss[index] === null ? 'after 3 steps, the weights of hidden[2] were no longer finite' : null
    const losses = (made.losses ?? []).map((value, at) => ({ step: 10 * (at + 1), loss: value }))
    const about = { control, seed, steps, seconds: 1, work: 1000, precision: 'float32' as const, losses }
    return { ...about, train, test, diverged, snapshots }
  })
}

/** Results of trainings by control. */
export type Results = Partial<Record<ControlName, MadeUpTrials>>

export interface MadeUp {
  readonly trials?: Results
  readonly measured?: Measured
  readonly seeds?: readonly number[]
  readonly chance?: Evidence['chance']
  /** Number of hidden layers of the network. The shallow twin has a third as many, and the shallower twin has one. */
  readonly hidden?: number
  /** Number of hidden layers that are residual blocks. */
  readonly blocks?: number
  /** Controls that do not apply to the network. */
  readonly without?: readonly ChangeName[]
  /**
   * Trainings with one thing mended, and remedies, that apply to the network. The changes of the trainings in `trials`
   * apply too.
   */
  readonly mendable?: readonly ChangeName[]
  /** Names of the facts that stand out before training. */
  readonly facts?: readonly FactName[]
  /** Other parts of the evidence. */
  readonly other?: Partial<Evidence>
}

/** Creates evidence for a network with 6 hidden layers and 3 seeds by default. */
export function madeUpEvidence(made: MadeUp = {}): Evidence {
  const {
    trials = {},
    measured = {},
    seeds = [0, 1, 2],
    chance = guessing,
    hidden = 6,
    blocks = 0,
    without = [],
    mendable = [],
    facts = [],
    other = {},
  } = made
  const hiddenStages = Array.from({ length: hidden }, (_, index) => ({
    name: `hidden[${index}]`,
    skips: index < blocks,
    multiplier: 1,
  }))
  const trained = new Set(controlNames.flatMap((name) => (trials[name] ? [controlOf(name).change] : [])))
  // A diagnosis trains the shallow twin first, so a network without trials of the shallow twin has no shallow twin. Most
  // networks have nothing to mend, and remedies would leave more causes open.
  const isAlways = (name: ChangeName): boolean =>
    name !== 'shallow twin' && !['mending', 'remedy', 'drawn weights'].includes(changeOf(name).kind)
  const isThere = (name: ChangeName): boolean => isAlways(name) || trained.has(name) || mendable.includes(name)
  const isApplicable = (name: ChangeName): boolean => {
    const change = changeOf(name)
    const isPossible = isThere(name) && !without.includes(name)
    return isPossible && (change.kind !== 'short' || isApplicable(change.of))
  }
  return {
    stages: [...hiddenStages, { name: 'readout', skips: false, multiplier: 1 }],
    depths: { what: 'hidden layer', network: hidden, shallow: Math.ceil(hidden / 3), shallower: 1 },
    isTwinGiven: false,
    isNarrow: false,
    chance,
    seeds,
    records: controlNames.flatMap((control) => madeUpTrials(control, trials[control] ?? { loss: [] })),
    fresh: [],
    applicable: new Set(changeNames.filter(isApplicable)),
    baselines: null,
    facts: facts.map((fact) => ({ fact, sentence: 'A fault stands out.', remedy: 'Mend the fault.' })),
    removed: [],
    outputFloor: null,
    regularization: { dropped: 0, decay: 0 },
    rate: 0.03,
    hasOwnSteps: true,
    measured,
    ...other,
  }
}

export const all = <T>(value: T, count = 3): T[] => Array.from({ length: count }, () => value)

/** Values in a geometric sequence from the first to the last hidden layer, followed by the value of the read-out. */
export function along(first: number, last: number, readout = 1, hidden = 6): number[] {
  const path = Array.from({ length: hidden }, (_, index) => first * (last / first) ** (index / Math.max(1, hidden - 1)))
  return [...path, readout]
}

/** Readings of a healthy network, with the given readings replaced. */
export const reading = (other: Reading = {}): Reading => ({
  meanSquare: along(1, 1),
  gradientNorm: along(1, 1),
  cosine: along(0.3, 0.5),
  closestPairs: along(0.9, 0.95),
  deadUnits: along(0.3, 0.4, 0),
  saturatedUnits: along(0.01, 0.01, 0),
  lostUpdates: along(0.001, 0.001),
  effectiveRank: along(20, 10),
  ...other,
})

const fine = { loss: [0.05, 0.051, 0.049] }
const far = { loss: [1.5, 1.6, 1.55] }
const lost = { loss: [2.3, 2.31, 2.305] }

/** Trials of a network that trains as well as its twin. */
export const sound = (start: Reading = reading()): MadeUp['trials'] => ({
  network: { ...fine, start },
  'shallow twin': { ...fine, start: reading() },
})

/** Trials of a network that trains worse than its twin. */
export const worse = (start: Reading = reading()): MadeUp['trials'] => ({
  network: { ...far, start },
  'shallow twin': { ...fine, start: reading() },
})

/** Trials of a network that does not train, with twins that do not train either. */
export const helpless = (start: Reading = reading()): MadeUp['trials'] => ({
  network: { ...lost, start },
  'shallow twin': { ...lost, start },
  'shallower twin': { ...lost, start },
})

/** Positions of the first rates of a ladder. */
export const coarse = [-4, -2, 0, 2, 4]

/** A ladder of rates on which no rate trains the network better than another one. */
export const noBetterRate = (loss = 1.5): Results => ({
  ...trialsAt('short run', all({ loss: [loss] }, coarse.length)),
  ...trialsAt(
    'network',
    lowerToo.map((position) => (position === 0 ? undefined : { loss: [loss] })),
    lowerToo,
  ),
})

/** The first rates of a ladder, and the rate below the given rate, which follows if these rates show no difference. */
const lowerToo = [...coarse, -1]

/** Trials of a change at the first rates of a ladder. */
export function trialsAt(
  change: ChangeName,
  made: readonly (MadeUpTrials | undefined)[],
  positions: readonly number[] = coarse,
): Results {
  return Object.fromEntries(
    positions.flatMap((position, index) => (made[index] ? [[nameAt(change, position), made[index]]] : [])),
  )
}

/**
 * A finished ladder of rates: the short training at `position` is the best, and the whole trainings at this rate have the
 * given results. All other short trainings end with the loss `others`. The whole training at the next lower rate is
 * clearly worse, and as good as the best short training.
 */
export function climbedTo(position: number, made: MadeUpTrials, others: Result = 2.2): Results {
  const end = Math.abs(position) >= 4 ? [position + 2 * Math.sign(position)] : []
  const positions = [...new Set([...coarse, ...end, position - 1, position, position + 1])]
  const [best] = made.loss
  const loss = [best === null ? null : best + Math.max(0.02, 0.1 * best)]
  const short = positions.map((at) => ({ loss: at === position ? loss : [others] }))
  const lower = position === 1 ? {} : trialsAt('network', [{ loss }], [position - 1])
  return { ...trialsAt('short run', short, positions), ...lower, ...trialsAt('network', [made], [position]) }
}

/** Trials of controls that change nothing, each with one seed. */
export const noHelp = (loss = 1.5): MadeUp['trials'] => ({
  ...noBetterRate(loss),
  float64: { loss: [loss] },
  '3 x steps': { loss: [loss] },
  '10 x steps': { loss: [loss] },
  '4 x width': { loss: [loss] },
  '16 x width': { loss: [loss] },
})

/**
 * Trials of remedies with all seeds, at a position on the ladder of rates. By default, the remedies are all interventions,
 * and they restore the training at the given rate.
 */
export const restoredBy = (
  names: readonly InterventionName[] = allInterventions,
  made: MadeUpTrials = fine,
  position = 0,
): Results => Object.fromEntries(names.map((name) => [nameAt(name, position), made]))

const allInterventions: readonly InterventionName[] = [...new Set(Object.values(interventions).flat())]

/** All measurements of a network whose layers are all useful. */
export function usefulDepth(hidden = 6): Measured {
  return {
    constructive: {
      impossible: null,
      loss: 0.05,
      shallowLoss: 0.05,
      gap: 1e-15,
      scale: 10,
      exactness: 'exact',
    },
    precision: { gradient: along(1e-6, 1e-7, 1e-7, hidden), loss: 1e-8, samples: 64 },
    sharpness: { eigenvalue: 20, stability: 0.3 },
    withoutBlocks: {
      loss: 0.05,
      single: all(0.5, hidden + 1),
      fromTop: Array.from({ length: hidden }, (_, index) => ({ blocks: index + 1, loss: 0.5 + index })),
    },
    affine: { residual: all(0.3, hidden + 1), loss: all(1, hidden + 1), whole: 0.05 },
  }
}

/** Returns the evidence after conversion to JSON and back, which turns NaN and Infinity into null. */
export const throughJson = (evidence: Evidence): Evidence => ({
  ...evidence,
  records: JSON.parse(JSON.stringify(evidence.records)),
  measured: JSON.parse(JSON.stringify(evidence.measured)),
})

/** Assessment of a cause with its words. A cause that was not tested has no words. */
export interface Worded extends Words {
  readonly state: Judged<Cause, unknown>['state'] | 'untested'
  readonly score: number
  readonly by: string
  readonly needs: readonly Need[]
}

export function worded<C extends Cause>(found: JudgedCause<C> | Untested<C>): Worded {
  if (found.state === 'untested') {
    return { state: found.state, score: 0, by: '', needs: [], statement: '', evidence: [] }
  }
  const { state, score, by, needs } = found
  return { state, score, by: groundText(by), needs, ...wordsOf(found) }
}

/** Returns all texts about a cause that a user can read. */
export const textOf = ({ statement, by, evidence }: Worded): string =>
  [statement, by, ...evidence.flatMap(({ name, words }) => [name, words])].join('\n')

/** Returns all texts about all causes that a user can read. */
export const textOfAll = ({ findings, ruledOut, open }: Judgment): string =>
  [findings, ruledOut, open]
    .flat()
    .map((one) => textOf(worded(one)))
    .join('\n')

/** Matches missing values, which no sentence may contain. */
export const unreadable = /NaN|undefined|null|\[object/
