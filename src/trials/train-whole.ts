/** Trains a trial with scoring `all`: with the signal, the evaluations during training, and scores on all samples. */
import type { Backend } from '../backends/backend.ts'
import { startAdjuster } from '../surgery/starts.ts'
import { runTrainingSession } from '../training/session.ts'
import type { ResolvedTrial, TrialObserver } from './resolver.ts'
import type { TrialResult } from './result.ts'

export async function trainWhole(
  { trial, blueprint, data, settings, start }: ResolvedTrial,
  backend: Backend,
  { signal: abort, onProgress }: TrialObserver,
): Promise<TrialResult | undefined> {
  const weights = trial.start.kind === 'seed' ? undefined : start()
  const adjuster = weights ? undefined : startAdjuster({ blueprint, data, settings, backend })
  const record = await runTrainingSession({
    blueprint,
    data,
    settings,
    backend,
    weights,
    adjuster,
    drawsPredictions: true,
    abort,
    onProgress,
  })
  if (record.interrupted) return undefined
  const {
    steps,
    seconds,
    losses,
    train,
    test,
    validation,
    predictions,
    diverged,
    signal,
    evaluations,
    best,
    weightsSha256,
  } = record
  return {
    id: trial.id,
    steps,
    seconds,
    work: trial.work,
    losses,
    scores: { train, test, validation, predictions },
    diverged,
    snapshots: [],
    ...(trial.keepsWeights ? { weights: record.weights } : {}),
    whole: { signal, evaluations, best, weightsSha256 },
  }
}
