/** A diagnosis on this machine's cores, kept in a folder or not. */
import type { Backend, Precision } from '../backends/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { availableCores, canShareMemory } from '../backends/wasm/platform.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { runDiagnosis } from '../diagnosis/diagnose.ts'
import { type Diagnosis, summarise } from '../diagnosis/summary.ts'
import type { DiagnosisTask } from '../diagnosis/task.ts'
import type { DiagnosisFolder } from '../runs/diagnosis-folder.ts'
import type { MachineOptions } from '../settings/machine.ts'
import { IsobathError } from '../support/errors.ts'
import { foundText } from '../support/found.ts'
import { version } from '../support/version.ts'
import { describeData } from './describe-data.ts'
import { runFiles } from './node.ts'

/** What is diagnosed and how; the machine's part is decided here. */
export type DiagnosisJob = Omit<DiagnosisTask, 'workers' | 'createBackend' | 'store'>

/** Where it is kept, and what is kept of it beside the task. */
export interface Keeping {
  readonly run?: string
  readonly label?: string
  readonly dataOptions?: Readonly<Record<string, unknown>>
}

/** A new diagnosis, in a folder where one is named. */
export async function diagnoseJob(job: DiagnosisJob, keeping: Keeping, machine: MachineOptions): Promise<Diagnosis> {
  const together = await workersFor(machine)
  const folder =
    keeping.run === undefined ? undefined : await openFolder(keeping.run, { ...job, together }, keeping, machine)
  return carryOut({ ...job, together }, machine, folder)
}

/** Lets go of the folder at the end. */
export async function carryOut(
  job: DiagnosisJob,
  machine: MachineOptions,
  folder: DiagnosisFolder | undefined,
): Promise<Diagnosis> {
  try {
    const [workers, createBackend] = [await workersFor(machine), backendMaker(machine)]
    const outcome = await runDiagnosis({ ...job, workers, createBackend, store: folder })
    const diagnosis = summarise(outcome, job)
    folder?.finish(diagnosis)
    return diagnosis
  } finally {
    folder?.close()
  }
}

/** A training at a time on each core. */
async function workersFor({ threads }: MachineOptions): Promise<number> {
  return canShareMemory() ? (threads ?? (await availableCores())) : 1
}

function backendMaker({ exact, winograd, memoryLimit }: MachineOptions): (precision: Precision) => Promise<Backend> {
  const threads = canShareMemory() ? 1 : 'inline'
  return (precision) => createWasmBackend({ threads, precision, exact, winograd, memoryLimit })
}

async function openFolder(
  folder: string,
  job: DiagnosisJob & { readonly together: number },
  { label = 'network', dataOptions = {} }: Keeping,
  { exact = false, winograd = true }: MachineOptions,
): Promise<DiagnosisFolder> {
  const { createDiagnosisFolder, versions } = await runFiles()
  const { network, data, settings, choosesSteps, seeds, budgetSeconds, twin, start, together, notes = [] } = job
  const { seed: _, ...recipe } = settings
  const { shape } = data
  return createDiagnosisFolder(folder, {
    isobath: version,
    label,
    network: createBlueprint(network, shape).network,
    input: [...shape],
    data: await describeData(data, dataOptions),
    settings: recipe,
    choosesSteps,
    seeds: [...seeds],
    budgetSeconds,
    against: twin && createBlueprint(twin, shape).network,
    ownStart: start !== undefined,
    together,
    notes: [...notes],
    mode: { exact, winograd },
    versions: { ...versions },
  })
}

/** Throws an `option` error. */
export function checkBudget(budget: unknown): void {
  if (typeof budget === 'number' && budget > 0) return
  throw new IsobathError('option', `budget: expected seconds above 0, got ${foundText(budget)}.`)
}
