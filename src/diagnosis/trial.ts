/** One training of a diagnosis: the patient, its shallow twin or a control, with what probes saw of it on its way. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { type Dataset, type Samples, selectSamples } from '../data/dataset.ts'
import { createStandardiser, type Standardiser } from '../data/standardise.ts'
import type { Occasion } from '../probes/layer-probe.ts'
import { type LayerProbeName, layerProbeNames, layerProbes } from '../probes/layer-probes.ts'
import { createLooker, type Looker, type Reading } from '../probes/look.ts'
import { chooseSamples } from '../probes/samples.ts'
import { settleStatistics } from '../probes/statistics.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { createRandom } from '../support/random.ts'
import { type Divergence, describeDivergence } from '../training/divergence.ts'
import { createEvaluator, type Evaluator, type Scores, type Weights } from '../training/evaluate.ts'
import { createMeasurer, type Measurer } from '../training/measurements.ts'
import { checkOutputs } from '../training/targets.ts'
import { type LossRecord, runTraining, type TrainingOutcome, type TrainingState } from '../training/train.ts'
import type { ControlName } from './controls.ts'

export interface TrialSpec {
  readonly control: ControlName
  readonly seed: number
  readonly blueprint: Blueprint
  /** `evaluateEvery` says how often it is looked at, where it is watched. */
  readonly settings: TrainingSettings
  readonly data: Dataset
  readonly precision: 'float32' | 'float64'
  /** The first values of all parameters; may be drawn anew each time it is read. */
  readonly start: Weights
  /** Whether probes look at it. */
  readonly isWatched: boolean
  /** Multiply-adds of the steps to train, forwards: how the trials' times relate. */
  readonly work: number
  /** The training, where it was done before: then it is looked at and scored, and not trained. */
  readonly finished?: FinishedTraining
}

/** A training of the same network with the same settings. */
export interface FinishedTraining extends Pick<TrainingOutcome, 'losses' | 'diverged'> {
  readonly interrupted: false
  /** After its last step. */
  readonly state: Pick<TrainingState, 'step' | 'weights'>
  /** On its way; what it was scored on is what it was scored on then. */
  readonly looks: readonly Look[]
}

/** How the network was after so many steps. */
export interface Look {
  readonly step: number
  /** On fewer samples than the trial's own scores, and the same ones at every look; absent before the first step. */
  readonly train?: Scores
  readonly test?: Scores
  readonly reading: Reading
}

/** So many that scoring them takes a twentieth of the steps between two looks, which go back as well as forwards. */
function scoredOnWay({ batch, evaluateEvery = 1 }: TrainingSettings): number {
  return Math.max(fewestOnWay, Math.min(mostOnWay, Math.floor((0.05 * 3 * batch * evaluateEvery) / 2)))
}

/** What is kept of a trial; all of it is JSON. */
export interface TrialRecord {
  readonly control: ControlName
  readonly seed: number
  readonly steps: number
  readonly seconds: number
  readonly work: number
  readonly precision: 'float32' | 'float64'
  readonly losses: readonly LossRecord[]
  /** After the last step, in evaluation mode, batch norm's statistics taken anew; null where it diverged. */
  readonly train: Scores
  readonly test: Scores
  /** Where and when the numbers stopped being finite, in words. */
  readonly diverged: string | null
  readonly looks: readonly Look[]
}

export interface Trial {
  readonly spec: TrialSpec
  readonly record: TrialRecord
  /** After the last step. */
  readonly weights: Weights
}

/** Samples that a network is scored on at the end, and on the way. */
const scoredAtEnd = 4096
const mostOnWay = 1024
const fewestOnWay = 128
/** Samples that probes look at. */
const lookedAt = 64
/** Batches from which batch norm's statistics are taken anew. */
const settlingBatches = 20
/** So that an evaluation takes as many classes and kinds as there are: the same samples in all trials. */
const scoringSeed = 1

export interface TrialObserver {
  readonly abort?: AbortSignal
  readonly onProgress?: (done: number, losses: readonly LossRecord[]) => void
}

/** Undefined where the caller stopped it. Throws as `train` does where the network, the data and the memory don't fit. */
export async function runTrial(spec: TrialSpec, backend: Backend, observer: TrialObserver): Promise<Trial | undefined> {
  const work = await prepare(spec, backend)
  const { abort } = observer
  try {
    return await trainAndScore(spec, backend, work, observer)
  } catch (error) {
    if (abort?.aborted && error === abort.reason) return undefined
    throw error
  } finally {
    work.dispose()
  }
}

/** What a trial is looked at and scored with. */
interface Work {
  readonly start: Weights
  readonly standardiser: Standardiser
  readonly evaluator: Evaluator
  readonly everyLook: Looker
  readonly endLook: Looker
  readonly parts: { readonly train: Samples; readonly test?: Samples }
  dispose(): void
}

const probesOf = (occasion: Occasion): readonly LayerProbeName[] =>
  layerProbeNames.filter((name) => layerProbes[name].when === occasion)

async function prepare(spec: TrialSpec, backend: Backend): Promise<Work> {
  const { blueprint, settings, data, isWatched, start } = spec
  checkOutputs(blueprint, data)
  const standardiser = createStandardiser(data.train, data.shape, settings.standardise)
  const parts = { train: scoredPart(data.train), test: data.test === data.train ? undefined : scoredPart(data.test) }
  const samples = chooseSamples(data, standardiser, settings.loss, lookedAt, scoringSeed)
  const setting = { optimizer: settings.optimizer, start: readerOf(start) }
  const opened: Disposable[] = []
  const keep = <T extends Disposable>(one: T): T => {
    opened.push(one)
    return one
  }
  const looker = async (names: readonly LayerProbeName[]): Promise<Looker> =>
    keep(await createLooker(blueprint, backend, samples, isWatched ? names : [], setting))
  const dispose = (): void => {
    for (const one of opened) one.dispose()
  }
  try {
    const [everyLook, endLook] = [await looker(probesOf('looks')), await looker(probesOf('ends'))]
    const most = Math.max(parts.train.count, parts.test?.count ?? 0)
    const evaluator = keep(await createEvaluator(blueprint, backend, most))
    return { start, standardiser, evaluator, everyLook, endLook, parts, dispose }
  } catch (error) {
    dispose()
    throw error
  }
}

interface Disposable {
  dispose(): void
}

async function trainAndScore(
  spec: TrialSpec,
  backend: Backend,
  work: Work,
  { abort, onProgress }: TrialObserver,
): Promise<Trial | undefined> {
  const started = performance.now()
  const { blueprint, settings, data, control, seed, precision } = spec
  const { start, standardiser, evaluator, everyLook, endLook, parts } = work
  const score = async (most: number): Promise<{ train: Scores; test: Scores }> => {
    const scoreSet = (set: Samples): Promise<Scores> =>
      evaluator.evaluate(firstOf(set, most), standardiser, settings.loss, () => abort?.throwIfAborted())
    const train = await scoreSet(parts.train)
    return { train, test: parts.test ? await scoreSet(parts.test) : train }
  }
  const lookAtEnds = async (weights: Weights): Promise<Reading> => ({
    ...(await everyLook.look(readerOf(weights))),
    ...(await endLook.look(readerOf(weights))),
  })
  const looks: Look[] = [{ step: 0, reading: await lookAtEnds(start) }]
  const measurer = await lookingMeasurer(spec, backend, work, async (step, weights) => {
    evaluator.load(weights)
    const reading = await everyLook.look(readerOf(weights))
    looks.push({ step, reading, ...(await score(scoredOnWay(settings))) })
  })
  const train = (): Promise<TrainingOutcome> =>
    runTraining({
      blueprint,
      data,
      settings,
      standardiser,
      backend,
      weights: start,
      measurer,
      abort,
      onProgress,
    })
  const outcome = await (async () => spec.finished ?? (await train()))().finally(() => measurer?.dispose())
  looks.push(...(spec.finished?.looks ?? []))
  if (outcome.interrupted) return undefined
  const { diverged, state, losses } = outcome
  const reading = await lookAtEnds(state.weights)
  const settled = diverged ? state.weights : await settle(spec, backend, state.weights)
  evaluator.load(settled)
  const none = { train: unscored, test: unscored }
  const scores = diverged ? none : await score(scoredAtEnd)
  looks.push({ step: state.step, reading, ...(diverged ? none : await score(scoredOnWay(settings))) })
  const seconds = (performance.now() - started) / 1000
  const about = { control, seed, precision, work: spec.work, steps: state.step, seconds }
  return { spec, record: { ...about, losses, ...scores, diverged: textOf(diverged), looks }, weights: settled }
}

const unscored: Scores = { loss: null, error: null }

const readerOf =
  (weights: Weights) =>
  (name: string): ArrayLike<number> =>
    weights.get(name) ?? []

const textOf = (diverged: Divergence | null): string | null =>
  diverged && `after ${diverged.step} steps ${describeDivergence(diverged)}`

/** The same samples for all trials with these data. */
function scoredPart(set: Samples): Samples {
  const order = createRandom(scoringSeed, 'scored samples').permutation(set.count)
  return selectSamples(set, order.slice(0, scoredAtEnd))
}

function firstOf(set: Samples, most: number): Samples {
  if (set.count <= most) return set
  return selectSamples(
    set,
    Uint32Array.from({ length: most }, (_, index) => index),
  )
}

/** Looks at the network every so many steps, as the settings say, and changes nothing; and ends a warm-up as they say. */
async function lookingMeasurer(
  { blueprint, data, settings, isWatched }: TrialSpec,
  backend: Backend,
  { standardiser, evaluator }: Work,
  onLook: (step: number, weights: Weights) => Promise<void>,
): Promise<Measurer | undefined> {
  const { evaluateEvery, steps } = settings
  const alone = { ...settings, evaluateEvery: undefined }
  const warming = await createMeasurer({
    blueprint,
    data,
    settings: alone,
    standardiser,
    backend,
    onMeasured: () => {},
  })
  if (evaluateEvery === undefined || !isWatched) return warming
  const isLook = (step: number): boolean => step > 0 && step < steps && step % evaluateEvery === 0
  return {
    evaluator,
    isDue: (step, isWarm) => isLook(step) || (warming?.isDue(step, isWarm) ?? false),
    measure: async (step, isWarm, readWeights) => {
      const weights = readWeights()
      if (isLook(step)) await onLook(step, weights)
      return warming?.isDue(step, isWarm) ? warming.measure(step, isWarm, () => weights) : isWarm ? 'warm' : 'cold'
    },
    dispose: () => warming?.dispose(),
  }
}

function settle({ blueprint, data, settings }: TrialSpec, backend: Backend, weights: Weights): Promise<Weights> {
  const standardiser = createStandardiser(data.train, data.shape, settings.standardise)
  const { batch, seed } = settings
  return settleStatistics(blueprint, backend, data.train, standardiser, weights, {
    batch,
    batches: settlingBatches,
    seed,
  })
}
