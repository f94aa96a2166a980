/** Runs a prescription on this machine's cores, and stores its trainings if the prescription has a folder. */
import type { Machine } from '../backends/machine.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { factsOf } from '../facts/facts.ts'
import { candidatesOf } from '../prescription/candidates.ts'
import type { Prescription } from '../prescription/prescription.ts'
import type { PrescriptionTrial } from '../prescription/trainings.ts'
import type { PrescriptionFolder } from '../runs/prescription-folder.ts'
import { IsobathError } from '../support/errors.ts'
import { checkTask } from '../training/check-task.ts'
import type { TrialResult } from '../trials/result.ts'
import { runTrials } from '../trials/runner.ts'
import { workersOf } from '../trials/workers.ts'
import { measureCosts } from './prescription-costs.ts'
import { runRace } from './prescription-race.ts'
import type { PrescriptionRequest } from './prescription-request.ts'

/**
 * Runs a prescription to its end, and writes the result if the prescription has a folder. Releases the lock of the folder
 * at the end.
 */
export async function carryOutPrescription(
  request: PrescriptionRequest,
  machine: Machine,
  folder: PrescriptionFolder | undefined,
): Promise<Prescription> {
  const { network, data, settings, seeds, abort, onEvent } = request
  const started = performance.now()
  const secondsSoFar = (): number => (folder?.seconds ?? 0) + (performance.now() - started) / 1000
  const workers = workersOf(machine)
  try {
    const facts = factsOf({ blueprint: createBlueprint(network, data.shape), data, settings })
    onEvent?.({ kind: 'facts', facts })
    const candidates = candidatesOf({ network, data, settings }, (treatment) => {
      try {
        checkTask(createBlueprint(treatment.network, data.shape), data, treatment.settings)
        return true
      } catch (error) {
        if (error instanceof IsobathError) return false
        throw error
      }
    })
    const costs =
      folder?.costs ??
      (await measureCosts(candidates, data, workers, machine.mode.precision, request.budgetSeconds, abort))
    if (!abort?.aborted) folder?.begin(costs)
    const raced = await runRace({ ...request, candidates, costs }, machine, async function* (trials) {
      const store = folder && {
        find: async (trial: PrescriptionTrial) => folder.find(trial),
        save: async (trial: PrescriptionTrial, result: TrialResult) => folder.save(trial, result, secondsSoFar()),
      }
      yield* runTrials(trials, { workers, resolver: { data: () => data }, signal: abort, store, onEvent })
    })
    const prescription: Prescription = {
      ...raced,
      network,
      facts,
      seeds,
      mode: machine.mode,
      seconds: secondsSoFar(),
    }
    folder?.finish(prescription)
    return prescription
  } finally {
    workers.dispose()
    folder?.close()
  }
}
