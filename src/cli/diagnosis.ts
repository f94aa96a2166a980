/** Runs a diagnosis with its progress on stderr, for the commands `diagnose` and `start`. */

import { join, resolve } from 'node:path'
import { counted } from '../format/words.ts'
import {
  type Dataset,
  type DiagnoseOptions,
  type Diagnosis,
  type DiagnosisEvent,
  type DiagnosisReportFacts,
  type DiagnosisTrial,
  diagnose,
  type Network,
  networkToTypeScript,
  type Report,
  reportDiagnosis,
} from '../index.ts'
import { factLines, unexpected } from './facts-text.ts'
import { withFlags } from './field-options.ts'
import { interruptible } from './interrupt.ts'
import { listeningForEvents } from './listening.ts'
import { cureCommand, lineOf } from './next-command.ts'
import { writeText } from './output.ts'
import type { Progress } from './terminal/progress.ts'
import { stderrProgress } from './terminal/stderr.ts'
import { showTrials } from './trial-progress.ts'

export interface NetworkDiagnosis {
  readonly network: Network
  readonly label: string
  readonly options: Omit<DiagnoseOptions, 'abort' | 'onEvent'> & { readonly data: Dataset; readonly budget: number }
  /** The command line that the report shows. */
  readonly command: string
  /** The words of the command line, if the user typed a command line with the network and its options. */
  readonly words?: readonly string[]
  /** Folder for the changed network of the cure, by default the folder of the diagnosis. */
  readonly cureFolder?: string
}

export interface DiagnosisResult extends Report {
  readonly diagnosis: Diagnosis
}

const trialName = ({ control, seed }: DiagnosisTrial): string => `${control}, seed ${seed}`

const measuring: Readonly<Record<keyof Diagnosis['measured'], string>> = {
  constructive: 'Adding identity layers to the shallow twin ...',
  precision: 'Comparing float32 gradients with float64 ...',
  sharpness: 'Finding the largest eigenvalue of the Hessian ...',
  jacobian: 'Finding the singular values of the input-output Jacobian ...',
  linearProbe: 'Fitting linear classifiers on the trained network’s layers ...',
  withoutBlocks: 'Removing blocks from the trained network ...',
  affine: 'Replacing layers of the trained network by affine maps ...',
}

/** The abort signal that stops a diagnosis, and the handler that receives the events of the diagnosis. */
export interface Watching {
  readonly abort: AbortSignal
  readonly onEvent: (event: DiagnosisEvent) => void
}

export function diagnoseNetwork({
  network,
  options,
  label,
  command,
  words,
  cureFolder = options.run,
}: NetworkDiagnosis): Promise<DiagnosisResult> {
  const { data, budget } = options
  return showDiagnosis(
    { data, budget, label, command },
    (watching) => diagnose(network, { ...options, label, ...watching }),
    { words, folder: cureFolder },
  )
}

export async function showDiagnosis(
  facts: DiagnosisReportFacts,
  diagnose: (watching: Watching) => Promise<Diagnosis>,
  { words, folder }: { readonly words?: readonly string[]; readonly folder?: string } = {},
): Promise<DiagnosisResult> {
  const progress = stderrProgress()
  const work = (abort: AbortSignal, listen: () => void): Promise<Diagnosis> =>
    diagnose({ abort, onEvent: listeningForEvents(showEvents(progress, facts.label ?? 'network', words), listen) })
  const stopping = 'Stopping. The findings so far are printed. Press Ctrl-C again to end at once.'
  const diagnosis = await interruptible(work, () => progress.note(stopping)).finally(() => progress.close())
  const cureCommand = words && cureLine(diagnosis, facts.label ?? 'network', words, folder)
  const isChanged = folder !== undefined && diagnosis.cure !== null && diagnosis.cure.network !== null
  const cureFiles = isChanged ? [join(folder, cureNames.json), join(folder, cureNames.code)] : undefined
  return { diagnosis, ...reportDiagnosis(diagnosis, { ...facts, cureCommand, cureFiles }) }
}

const cureNames = { json: 'cure.json', code: 'cure.ts' } as const

/** File in the folder of a diagnosis that holds the changed network of the cure, as JSON. */
export const cureFile = (folder: string): string => resolve(folder, cureNames.json)

/** Writes the changed network of a cure into the folder of the diagnosis, as JSON and as TypeScript code. */
export function writeCure(folder: string, network: Network): void {
  writeText(cureFile(folder), `${JSON.stringify(network, null, 2)}\n`)
  writeText(resolve(folder, cureNames.code), networkToTypeScript(network))
}

/**
 * Returns the words of the command that trains the network with the measured cure, without the name of the program.
 * Undefined if there is no cure, or if the cure changes the network and no folder can hold the changed network.
 */
export function cureWords(
  { cure, settings }: Diagnosis,
  label: string,
  words: readonly string[],
  folder?: string,
): readonly string[] | undefined {
  if (cure === null || (cure.network !== null && folder === undefined)) return undefined
  const file = cure.network === null || folder === undefined ? null : cureFile(folder)
  // The steps of a diagnosis can be the choice of its budget, so the command names them.
  const { steps = settings.steps, ...others } = cure.change
  // The flag --steps-scale multiplies the steps again.
  const unscaled = Math.round(Number(steps) / (settings.stepsScale ?? 1))
  return cureCommand(words, label, { steps: unscaled, ...others }, file)
}

function cureLine(...those: Parameters<typeof cureWords>): string | undefined {
  const command = cureWords(...those)
  return command && lineOf(command)
}

/** `words` is the command line, if a command line made the diagnosis, and `label` is the network as the user wrote it. */
function showEvents(progress: Progress, label: string, words?: readonly string[]): (event: DiagnosisEvent) => void {
  const showTrial = showTrials(progress, trialName)
  return (event) => {
    switch (event.kind) {
      case 'steps':
        return progress.note(`Each training takes ${counted(event.steps, 'step')}.`)
      case 'facts':
        for (const line of factLines(unexpected(event.facts, label), words)) progress.note(line)
        return
      case 'measuring':
        return progress.note(measuring[event.measurement])
      case 'note':
        return progress.note(withFlags(event.note))
      case 'planned':
      case 'started':
      case 'progress':
      case 'finished':
        return showTrial(event)
    }
  }
}
