/** Runs a diagnosis on this machine's cores, and stores its trials if the diagnosis has a folder. */
import type { Machine } from '../backends/machine.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { runDiagnosis } from '../diagnosis/diagnosis-loop.ts'
import { type Diagnosis, summarize } from '../diagnosis/summary.ts'
import type { DiagnosisTask } from '../diagnosis/task.ts'
import { hashStart } from '../diagnosis/trial-specs.ts'
import type { DiagnosisDescription } from '../runs/diagnosis-description.ts'
import type { DiagnosisFolder } from '../runs/diagnosis-folder.ts'
import { version } from '../support/version.ts'
import { workersOf } from '../trials/workers.ts'
import { referenceOf } from './data-reference.ts'
import { describeData } from './describe-data.ts'
import { runFiles } from './node.ts'
import { storedMode } from './with-machine.ts'

/** Inputs of a diagnosis, without the workers and the store of trials, which this module adds. */
export type DiagnosisRequest = Omit<DiagnosisTask, 'workers' | 'store'>

export type NewDiagnosis = Omit<DiagnosisRequest, 'reference' | 'together'>

/** Folder of a diagnosis, with the network's name and the options of the data set, which are stored in the folder. */
export interface StorageOptions {
  readonly run?: string
  readonly label?: string
  readonly dataOptions?: Readonly<Record<string, unknown>>
  /** Words of the command line that started the diagnosis, or the diagnosed run. */
  readonly command?: readonly string[]
}

/** Runs a new diagnosis. If the option `run` names a folder, the diagnosis is stored in that folder. */
export async function carryOutNewDiagnosis(
  request: NewDiagnosis,
  { run, label, dataOptions = {}, command }: StorageOptions,
  machine: Machine,
): Promise<Diagnosis> {
  const data = await describeData(request.data, dataOptions)
  const all = { ...request, reference: referenceOf(data), together: machine.workers }
  return carryOutDiagnosis(
    all,
    machine,
    run === undefined ? undefined : await openFolder(run, all, { label, data, command }, machine),
  )
}

/**
 * Runs a diagnosis to its end, and writes the result if the diagnosis has a folder. Releases the lock of the folder at
 * the end.
 */
export async function carryOutDiagnosis(
  request: DiagnosisRequest,
  machine: Machine,
  folder: DiagnosisFolder | undefined,
): Promise<Diagnosis> {
  const workers = workersOf(machine)
  try {
    const diagnosis = summarize(await runDiagnosis({ ...request, workers, store: folder }), {
      ...request,
      mode: machine.mode,
    })
    folder?.finish(diagnosis)
    return diagnosis
  } finally {
    workers.dispose()
    folder?.close()
  }
}

async function openFolder(
  folder: string,
  request: DiagnosisRequest & { readonly together: number },
  { label = 'network', data, command }: Pick<StorageOptions, 'label' | 'command'> & Pick<DiagnosisDescription, 'data'>,
  machine: Machine,
): Promise<DiagnosisFolder> {
  const { createDiagnosisFolder, versions } = await runFiles('diagnose({ run })')
  const { network, settings, choosesSteps, seeds, budgetSeconds, twin, start, together, notes = [] } = request
  const { seed: _, ...others } = settings
  const { shape } = request.data
  const { precision: __, ...mode } = storedMode(machine.mode)
  return createDiagnosisFolder(folder, {
    isobath: version,
    label,
    network: createBlueprint(network, shape).network,
    input: [...shape],
    data,
    settings: others,
    choosesSteps,
    seeds: [...seeds],
    budgetSeconds,
    against: twin && createBlueprint(twin, shape).network,
    ownStart: start !== undefined,
    startSha256: start && (await hashStart(createBlueprint(network, shape), seeds[0], start)),
    together,
    notes: [...notes],
    mode,
    versions: { ...versions },
    ...(command ? { command: [...command] } : {}),
  })
}
