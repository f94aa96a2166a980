/** One training of a spec. */
import type { Backend } from '../backends/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Dataset } from '../data/dataset.ts'
import { trainSession } from '../training/session.ts'
import type { LossRecord } from '../training/train.ts'
import type { TrialResult } from './result.ts'
import type { DataReference, TrialSpec } from './spec.ts'

/** Gives what a spec names and doesn't hold. It is asked where the training runs. */
export interface TrialResolver {
  data(reference: DataReference): Dataset | Promise<Dataset>
}

export interface TrialRun {
  readonly backend: Backend
  readonly resolver: TrialResolver
  readonly signal: AbortSignal
  readonly onProgress: (done: number, losses: readonly LossRecord[]) => void
}

/** Undefined where it was stopped. Throws as `train` does where the network, the data and the memory don't fit. */
export async function runTrial(spec: TrialSpec, run: TrialRun): Promise<TrialResult | undefined> {
  const { backend, resolver, signal: abort, onProgress } = run
  const data = await resolver.data(spec.data)
  const blueprint = createBlueprint(spec.network, data.shape)
  const settings = { ...spec.settings, seed: spec.seed }
  const record = await trainSession({ blueprint, data, settings, backend, abort, onProgress })
  if (record.interrupted) return undefined
  const { steps, seconds, losses, train, test, validation, diverged, signal, evaluations, weightsSha256 } = record
  const scores = { train, test, validation }
  return { id: spec.id, steps, seconds, losses, scores, diverged, signal, evaluations, weightsSha256 }
}
