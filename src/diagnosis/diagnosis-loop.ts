/**
 * The loop of a differential diagnosis. The loop trains the network and its shallow twin, and determines which causes
 * the evidence leaves open. The loop then runs the cheapest control that can decide an open cause, until no cause is
 * open or the budget is spent.
 */
import { type Baselines, baselinesOf } from '../baselines/baselines.ts'
import { codeOf } from '../baselines/linear-autoencoder.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { createStandardizer } from '../data/standardize.ts'
import { factsOf, rawFactsOf } from '../facts/facts.ts'
import { stagesOf } from '../probes/stages.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { unlessStopped } from '../support/unless-stopped.ts'
import { startingWeights } from '../surgery/starts.ts'
import { largestDropRate } from '../surgery/without-dropout.ts'
import type { Weights } from '../training/evaluator.ts'
import type { TrialWorker } from '../trials/workers.ts'
import { isHarmless } from './cause.ts'
import type { Need } from './causes/assessment.ts'
import type { ControlName, Subject } from './controls.ts'
import { type CureSearch, searchCure } from './cure-search.ts'
import { depthsOf } from './depths.ts'
import {
  chanceOf,
  type Evidence,
  failedSeeds,
  fails,
  fitsFairly,
  type Regularization,
  readingOf,
  recordsOf,
  referenceOf,
  symptomOf,
} from './evidence.ts'
import { freshSeedCounts } from './fresh-seeds.ts'
import { type Judgment, judge } from './judge.ts'
import type { Measured } from './measured.ts'
import { type MeasuredNetworks, runMeasurement } from './measurements.ts'
import { outputFloor } from './output-floor.ts'
import { settingsOf } from './plan.ts'
import { createSubject } from './subject.ts'
import type { DiagnosisTask } from './task.ts'
import { createTrainings, type Trainings } from './trainings.ts'
import type { TrialKey } from './trial-record.ts'
import { memoryDiagnosisStore, type StepPlan } from './trial-store.ts'
import { type View, viewOf } from './view.ts'

export interface OpenQuestion {
  readonly need: Need
  /** Estimated duration of the training or measurement on this machine, in seconds, or null if no estimate exists. */
  readonly seconds: number | null
}

export interface DiagnosisOutcome {
  readonly evidence: Evidence
  readonly judgment: Judgment
  readonly subject: Subject
  readonly openQuestions: readonly OpenQuestion[]
  /** Trainings that the search for a cure still needs. */
  readonly cureQuestions: readonly OpenQuestion[]
  readonly plan: StepPlan
  readonly interrupted: boolean
  /** Duration of the diagnosis in all sessions, in seconds. */
  readonly seconds: number
}

/**
 * Runs a differential diagnosis. Throws the same errors as `train` if the network, the data and the options do not fit
 * together.
 */
export async function runDiagnosis(task: DiagnosisTask): Promise<DiagnosisOutcome> {
  const { data, seeds, workers, abort, onEvent, store = memoryDiagnosisStore() } = task
  const started = performance.now()
  const secondsSoFar = (): number => store.seconds + (performance.now() - started) / 1000
  const { subject, twins, plan } = await createSubject(task, workers, store.plan)
  onEvent?.({ kind: 'steps', steps: plan.steps })
  // If the diagnosis was stopped while it measured the duration of a training step, the step plan is wrong and is not
  // stored.
  if (!abort?.aborted) await store.begin(plan)
  const blueprint = createBlueprint(subject.network, data.shape)
  const settings = settingsOf(subject, seeds[0])
  const trainings = createTrainings({ task, subject, workers, store, secondsSoFar })
  const stages = stagesOf(blueprint.root)
  const chance = chanceOf(data, settings, createStandardizer(data.train, data.shape, settings))
  const depths = depthsOf(subject.network, subject.twins, data.shape)
  const narrowest = Math.min(...stages.map(({ end }) => sizeOf(end.layer.output)))
  const isNarrow = narrowest < sizeOf(blueprint.output)
  const { rate } = subject.settings.optimizer
  const hasOwnSteps = plan.chosenFor === undefined && plan.shortened === undefined
  const facts = factsOf({ blueprint, data, settings })
  onEvent?.({ kind: 'facts', facts })
  const known: Omit<Evidence, 'records' | 'fresh' | 'applicable' | 'measured' | 'baselines'> = {
    stages,
    depths,
    chance,
    facts,
    removed: rawFactsOf({ blueprint, data, settings }),
    outputFloor: outputFloor(subject),
    regularization: regularizationOf(subject),
    rate,
    hasOwnSteps,
    seeds,
    isNarrow,
    isTwinGiven: task.twin !== undefined,
  }
  let measured: Measured = {}
  let baselines: Baselines | null = null
  // Measurements that do not fit into memory, or that took far longer than estimated.
  const impossible = new Set<keyof Measured>()
  const evidenceNow = (): Evidence => {
    const { made, fresh, applicable } = trainings
    const [records, freshRecords] = [made, fresh].map((list) => list.map(({ record }) => record))
    return { ...known, records, fresh: freshRecords, applicable, measured, baselines }
  }
  const together = task.together ?? workers.count
  const roundOf = (control: ControlName, some: readonly number[]): TrialKey[] =>
    trainings.missing([{ control, seeds: seeds.length }]).filter(({ seed }) => some.includes(seed))
  const first = seeds.slice(0, 1)
  await trainings.run([...roundOf('network', first), ...roundOf('shallow twin', first)], 'in any case')
  learnReadings(evidenceNow(), trainings)
  baselines = await measureBaselines(task, blueprint, settings)
  // If the first training fails, the best rate is sought before the rate that fails is trained with further seeds.
  const isFailing = failedSeeds(evidenceNow()).length > 0
  while (isFailing && !abort?.aborted) {
    const ladder = trainings.affordable(viewOf(evidenceNow()).ladders.network.needs)
    if (ladder.length === 0) break
    await trainings.run(ladder.slice(0, together), 'within budget')
  }
  const limit = isFailing ? 'within budget' : 'in any case'
  await trainings.run(roundOf('network', seeds), limit)
  await trainings.run(roundOf('shallow twin', seeds), limit)
  let judgment = judge(evidenceNow())
  while (!abort?.aborted) {
    const view = viewOf(evidenceNow())
    const wanted = [...usefulNeeds(view, judgment), ...judgment.open.flatMap((one) => one.needs)]
    const needs = wanted.filter((need) => 'control' in need || !impossible.has(need.measurement))
    // Once a cause is found, a part of the budget is kept for its cure.
    const affordable = trainings.affordable(needs, judgment.findings.length > 0 ? 1 - shareOfCure : 1)
    const next = nextMeasurement(needs, trainings, mostMeasuring(task))
    // The control `shallower twin` is trained before any measurement, because a measurement may need its weights.
    if (next && !affordable.some(({ control }) => control === 'shallower twin')) {
      onEvent?.({ kind: 'measuring', measurement: next })
      const start = await unlessStopped(abort, () => startOf(task, blueprint, settings))
      if (start === undefined) break
      const networks: MeasuredNetworks = { subject, blueprint, start, twins, trials: trainings.made, settings }
      const found = await runMeasurement(next, networks, view, workers, 2 * mostMeasuring(task), abort)
      measured = { ...measured, ...found }
      if (found === undefined) impossible.add(next)
    } else if (affordable.length > 0) await trainings.run(affordable.slice(0, together), 'within budget')
    else {
      const { needs: cureNeeds, waiting, control } = nextOfSearch(view, judgment, trainings)
      const cures = trainings.affordable(cureNeeds.filter((need) => waiting === null || trainings.fits(need)))
      const others = trainings.affordable(needs)
      // Further seeds for a measured cure come last.
      const remaining = control === null ? [...cures, ...others] : [...others, ...cures]
      if (remaining.length === 0) break
      await trainings.run(remaining.slice(0, together), 'within budget')
    }
    judgment = judge(evidenceNow())
  }
  const openQuestions = judgment.open.flatMap(({ needs }) =>
    needs.map((need): OpenQuestion => ({ need, seconds: trainings.costOf(need) })),
  )
  const cureQuestions = searchCure(viewOf(evidenceNow()), judgment).needs.map(
    (need): OpenQuestion => ({ need, seconds: trainings.costOf(need) }),
  )
  const [seconds, evidence, interrupted] = [secondsSoFar(), evidenceNow(), abort?.aborted ?? false]
  return { evidence, judgment, subject: trainings.subject(), openQuestions, cureQuestions, plan, interrupted, seconds }
}

/** The next step of the search for a cure. A further change is tried only if the budget also allows to measure it. */
function nextOfSearch(view: View, judgment: Judgment, trainings: Trainings): CureSearch {
  const search = searchCure(view, judgment)
  const [first] = search.needs
  if (first === undefined || !('control' in first) || search.waiting !== null || search.control !== null) return search
  // A resumed diagnosis tries the changes that it tried before, also if its budget is used up.
  const isMeasurable = trainings.fits({ ...first, seeds: freshSeedCounts.least + 1, isFresh: true })
  return isMeasurable || trainings.isStored(first) ? search : searchCure(view, judgment, false)
}

/** Fraction of the budget that is kept for measuring a cure. */
const shareOfCure = 0.4

/** Gives the remedies the readings of the network before the first step. */
function learnReadings(evidence: Evidence, trainings: Trainings): void {
  const [gradientNorm, meanSquare] = (['gradientNorm', 'meanSquare'] as const).map((probe) =>
    readingOf(evidence, probe),
  )
  if (gradientNorm.length > 0) trainings.learn({ gradientNorm, meanSquare })
}

/**
 * Returns the weights of the network before the training with the given settings. Throws the reason of `abort` if
 * `abort` stops LSUV.
 */
async function startOf(
  { start, data, workers, abort }: DiagnosisTask,
  blueprint: Blueprint,
  settings: TrainingSettings,
): Promise<Weights> {
  if (start !== undefined) return start(blueprint, settings.seed)
  const standardizer = createStandardizer(data.train, data.shape, settings)
  let weights: Weights = new Map()
  const job = async (worker: TrialWorker): Promise<void> => {
    const backend = await worker.backend(workers.precisions[0])
    weights = await startingWeights({ blueprint, data, settings, backend }, standardizer, abort)
  }
  await workers.run([job])
  return weights
}

/** Measures guessing and the best linear model, or returns null if the caller stopped the diagnosis. */
async function measureBaselines(
  { data, workers, abort }: DiagnosisTask,
  blueprint: Blueprint,
  settings: TrainingSettings,
): Promise<Baselines | null> {
  let found: Baselines | undefined
  const job = async (worker: TrialWorker): Promise<void> => {
    const backend = await worker.backend(workers.precisions[0])
    found = await baselinesOf({ data, settings, code: codeOf(blueprint), backend, abort })
  }
  await workers.run([job])
  return found ?? null
}

function regularizationOf({ network, settings }: Subject): Regularization {
  const { rule } = settings.optimizer
  const isDecoupled = 'decoupled' in rule && rule.decoupled
  const decay = 'weightDecay' in rule && !isDecoupled ? rule.weightDecay : 0
  return { dropped: largestDropRate(network), decay }
}

/**
 * Lists the trainings and measurements that help even if no open cause needs them: a twin that trains, and cheap
 * measurements.
 */
function usefulNeeds(evidence: View, { verdict }: Judgment): Need[] {
  const { applicable, seeds, measured } = evidence
  const needs: Need[] = fitsFairly(evidence.given) ? [] : [...twinLadderNeeds(evidence)]
  const isWithoutTwin = recordsOf(evidence, 'shallow twin').length === 0 || fails(evidence, 'shallow twin')
  if (applicable.has('shallower twin') && isWithoutTwin) {
    needs.push({ control: 'shallower twin', seeds: seeds.length })
  }
  if (verdict === 'overfitting' && applicable.has('random labels')) needs.push({ control: 'random labels', seeds: 1 })
  if (isHarmless(verdict) && evidence.removed.length > 0 && applicable.has('raw data')) {
    needs.push({ control: 'raw data', seeds: seeds.length, isAtGivenRate: true })
  }
  const symptom = symptomOf(evidence)
  if (symptom !== 'none') needs.push(...explaining.map((measurement) => ({ measurement })))
  if (symptom === 'worse than its twin') needs.push({ measurement: 'constructive' })
  if (evidence.stages.length > 1) needs.push({ measurement: 'linearProbe' })
  return needs.filter((need) => 'control' in need || measured[need.measurement] === undefined)
}

/**
 * The trainings that find the best rate of the twin, once the best rate of the network is known. Networks are compared at
 * their own best rates.
 */
function twinLadderNeeds(view: View): readonly Need[] {
  const { network, ...twins } = view.ladders
  if (network.needs.length > 0) return []
  const twin = referenceOf(view) ?? 'shallow twin'
  if (recordsOf(view, twin).length === 0 || fitsFairly(view)) return []
  return twins[twin].needs
}

/** Measurements of a network whose training needs an explanation. */
const explaining = ['precision', 'sharpness', 'jacobian'] as const

/**
 * Fraction of the budget that one measurement may take. The limit does not depend on the remaining budget, so that a
 * resumed diagnosis reaches the same result.
 */
const shareOfMeasurement = 0.1

const mostMeasuring = ({ budgetSeconds }: DiagnosisTask): number => shareOfMeasurement * budgetSeconds

function nextMeasurement(
  needs: readonly Need[],
  trainings: Trainings,
  mostSeconds: number,
): keyof Measured | undefined {
  const named = needs.flatMap((need) => ('measurement' in need ? [need] : []))
  return named.find((need) => (trainings.costOf(need) ?? 0) <= mostSeconds)?.measurement
}
