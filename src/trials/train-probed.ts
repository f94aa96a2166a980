/** Trains a trial with scoring `part` or `few`: probes read snapshots during the training, and some samples are scored. */
import type { Backend } from '../backends/backend.ts'
import { type Samples, selectSamples } from '../data/dataset.ts'
import { createStandardizer, type Standardizer } from '../data/standardize.ts'
import type { ProbeSchedule } from '../probes/layer-probe.ts'
import { type LayerProbeName, layerProbeNames, layerProbes } from '../probes/layer-probes.ts'
import { createProbePass, type ProbePass, type Reading } from '../probes/probe-pass.ts'
import { chooseSamples } from '../probes/samples.ts'
import { settleStatistics } from '../probes/statistics.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { createRandom } from '../support/random.ts'
import { startAdjuster } from '../surgery/starts.ts'
import { checkTask } from '../training/check-task.ts'
import { drawPredictions } from '../training/drawn-predictions.ts'
import type { SetScores } from '../training/evaluate-sets.ts'
import { createEvaluator, type Evaluator, type Scores, type Weights } from '../training/evaluator.ts'
import { type LoopOutcome, runTrainingLoop } from '../training/loop.ts'
import { createMeasurer, type Measurer } from '../training/measurements.ts'
import { withoutClassCounts } from '../training/scores.ts'
import type { ResolvedTrial, TrialObserver } from './resolver.ts'
import type { Snapshot, TrialResult } from './result.ts'
import { mostScored, type TrialSpec } from './spec.ts'

/**
 * Returns the number of samples to score at a snapshot, so that scoring takes a twentieth of the time of the steps
 * between two snapshots.
 */
function scoredOnWay({ batch, evaluateEvery = 1 }: TrainingSettings): number {
  // A training step costs about as much as three forward passes. Scoring costs one forward pass on the scored training
  // samples and one on the scored test samples.
  return Math.max(fewestOnWay, Math.min(mostOnWay, Math.floor((0.05 * 3 * batch * evaluateEvery) / 2)))
}

/** Most samples on which a network is scored at a snapshot. */
const mostOnWay = 1024
/** Fewest samples on which a network is scored at a snapshot. */
const fewestOnWay = 128
/** Number of samples that probes read. */
const probedSampleCount = 64
/** Number of batches from which new batch norm statistics are computed. */
const settlingBatches = 20
/**
 * Seed that chooses the scored samples. All trials are scored on the same samples, in random order to cover all
 * classes.
 */
const scoringSeed = 1

export async function trainProbed(
  resolved: ResolvedTrial,
  backend: Backend,
  observer: TrialObserver,
): Promise<TrialResult | undefined> {
  const { probes } = resolved.trial
  // The setting `evaluateEvery` makes the training loop pause at the steps of the snapshots.
  const task = { ...resolved, settings: { ...resolved.settings, evaluateEvery: probes?.every } }
  const { signal } = observer
  let work: Work | undefined
  try {
    work = await prepare(task, backend, signal)
    return await trainAndScore(task, backend, work, observer)
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return undefined
    throw error
  } finally {
    work?.dispose()
  }
}

/** Resources for the probes and the scoring of a trial. */
interface Work {
  readonly start: Weights
  readonly standardizer: Standardizer
  readonly evaluator: Evaluator
  readonly snapshotPass: ProbePass
  readonly endPass: ProbePass
  readonly parts: { readonly train: Samples; readonly test?: Samples }
  dispose(): void
}

/** Returns the probes of a trial with the given schedule, in the order of the table of probes. */
const probesOf = ({ probes }: TrialSpec, schedule: ProbeSchedule): readonly LayerProbeName[] =>
  layerProbeNames.filter((name) => probes?.of.includes(name) && layerProbes[name].when === schedule)

async function prepare(
  { trial, blueprint, settings, data, ...resolved }: ResolvedTrial,
  backend: Backend,
  abort?: AbortSignal,
): Promise<Work> {
  checkTask(blueprint, data, settings)
  const standardizer = createStandardizer(data.train, data.shape, settings)
  const adjuster = trial.start.kind === 'seed' ? startAdjuster({ blueprint, data, settings, backend }) : undefined
  const start = (await adjuster?.adjust(standardizer, { abort }))?.weights ?? resolved.start()
  const most = mostScored[trial.scoring]
  const parts = {
    train: scoredPart(data.train, most),
    test: data.test === data.train ? undefined : scoredPart(data.test, most),
  }
  const samples = chooseSamples(data, standardizer, settings, probedSampleCount, scoringSeed)
  const setting = { optimizer: settings.optimizer, start: readerOf(start) }
  const opened: Disposable[] = []
  const keep = <T extends Disposable>(one: T): T => {
    opened.push(one)
    return one
  }
  const probePass = async (names: readonly LayerProbeName[]): Promise<ProbePass> =>
    keep(await createProbePass(blueprint, backend, samples, names, setting))
  const dispose = (): void => {
    for (const one of opened) one.dispose()
  }
  try {
    const [snapshotPass, endPass] = [
      await probePass(probesOf(trial, 'snapshots')),
      await probePass(probesOf(trial, 'ends')),
    ]
    const largest = Math.max(parts.train.count, parts.test?.count ?? 0)
    const evaluator = keep(await createEvaluator(blueprint, backend, largest))
    return { start, standardizer, evaluator, snapshotPass, endPass, parts, dispose }
  } catch (error) {
    dispose()
    throw error
  }
}

interface Disposable {
  dispose(): void
}

async function trainAndScore(
  resolved: ResolvedTrial,
  backend: Backend,
  work: Work,
  { signal: abort, onProgress }: TrialObserver,
): Promise<TrialResult | undefined> {
  const started = performance.now()
  const { trial, blueprint, settings, data } = resolved
  const { finished } = trial
  const { start, standardizer, evaluator, snapshotPass, endPass, parts } = work
  const score = async (most: number): Promise<{ train: Scores; test: Scores }> => {
    const scoreSet = (set: Samples): Promise<Scores> =>
      evaluator.evaluate(firstOf(set, most), standardizer, settings, () => abort?.throwIfAborted())
    const train = await scoreSet(parts.train)
    return { train, test: parts.test ? await scoreSet(parts.test) : train }
  }
  const scoreOnWay = async (): Promise<{ train: Scores; test: Scores }> => {
    const { train, test } = await score(scoredOnWay(settings))
    return { train: withoutClassCounts(train), test: withoutClassCounts(test) }
  }
  const scoreAtEnd = async (): Promise<SetScores> => {
    const scores = await score(mostScored[trial.scoring])
    const drawn = { train: parts.train, test: parts.test ?? parts.train }
    const predictions = await drawPredictions(evaluator, drawn, standardizer, settings)
    return predictions ? { ...scores, predictions } : scores
  }
  const readAll = async (weights: Weights): Promise<Reading> => ({
    ...(await snapshotPass.run(readerOf(weights))),
    ...(await endPass.run(readerOf(weights))),
  })
  const snapshots: Snapshot[] = [{ step: 0, reading: await readAll(start) }]
  const measurer = await createSnapshotMeasurer(resolved, backend, work, async (step, weights) => {
    evaluator.load(weights)
    const reading = await snapshotPass.run(readerOf(weights))
    snapshots.push({ step, reading, ...(await scoreOnWay()) })
  })
  const train = (): Promise<LoopOutcome> =>
    runTrainingLoop({
      blueprint,
      data,
      settings,
      standardizer,
      backend,
      weights: start,
      measurer,
      pauses: trial.probes?.at,
      abort,
      onProgress,
    })
  const outcome = await (async () => finished ?? (await train()))().finally(() => measurer?.dispose())
  snapshots.push(...(finished?.snapshots ?? []))
  if (outcome.interrupted) return undefined
  const { diverged, state, losses } = outcome
  const reading = await readAll(state.weights)
  const settled = diverged ? state.weights : await settle(resolved, backend, state.weights)
  evaluator.load(settled)
  const none = { train: unscored, test: unscored }
  const scores = diverged ? none : await scoreAtEnd()
  snapshots.push({ step: state.step, reading, ...(diverged ? none : await scoreOnWay()) })
  return {
    id: trial.id,
    steps: state.step,
    seconds: (performance.now() - started) / 1000,
    work: trial.work,
    losses,
    scores,
    diverged,
    snapshots,
    ...(trial.keepsWeights ? { weights: settled } : {}),
  }
}

const unscored: Scores = { loss: null, error: null }

const readerOf =
  (weights: Weights) =>
  (name: string): ArrayLike<number> =>
    weights.get(name) ?? []

/** Selects the scored samples, which are the same for all trials with the same data. */
function scoredPart(set: Samples, most: number): Samples {
  const order = createRandom(scoringSeed, 'scored samples').permutation(set.count)
  return selectSamples(set, order.slice(0, most))
}

function firstOf(set: Samples, most: number): Samples {
  if (set.count <= most) return set
  return selectSamples(
    set,
    Uint32Array.from({ length: most }, (_, index) => index),
  )
}

/**
 * Creates a measurer that takes a snapshot every n-th step without changing the training, and that also detects the end
 * of a warm-up.
 */
async function createSnapshotMeasurer(
  { trial, blueprint, data, settings }: ResolvedTrial,
  backend: Backend,
  { standardizer, evaluator }: Work,
  onSnapshot: (step: number, weights: Weights) => Promise<void>,
): Promise<Measurer | undefined> {
  const { evaluateEvery, steps } = settings
  const alone = { ...settings, evaluateEvery: undefined }
  const warming = await createMeasurer({
    blueprint,
    data,
    settings: alone,
    standardizer,
    backend,
    onMeasured: () => {},
  })
  if (evaluateEvery === undefined) return warming
  const further = new Set(trial.probes?.at)
  const isSnapshotDue = (step: number): boolean =>
    step > 0 && step < steps && (step % evaluateEvery === 0 || further.has(step))
  return {
    evaluator,
    isDue: (step, isWarm) => isSnapshotDue(step) || (warming?.isDue(step, isWarm) ?? false),
    measure: async (step, isWarm, readWeights) => {
      const weights = await readWeights()
      if (isSnapshotDue(step)) await onSnapshot(step, weights)
      return warming?.isDue(step, isWarm)
        ? warming.measure(step, isWarm, async () => weights)
        : isWarm
          ? 'warm'
          : 'cold'
    },
    dispose: () => warming?.dispose(),
  }
}

function settle({ blueprint, data, settings }: ResolvedTrial, backend: Backend, weights: Weights): Promise<Weights> {
  const standardizer = createStandardizer(data.train, data.shape, settings)
  const { batch, seed } = settings
  return settleStatistics(blueprint, backend, data.train, standardizer, weights, {
    batch,
    batches: settlingBatches,
    seed,
  })
}
