/** A diagnosis with its progress on stderr, as `diagnose` and `start` run it. */
import { counted } from '../format/words.ts'
import {
  type Dataset,
  type DiagnoseOptions,
  type Diagnosis,
  type DiagnosisEvent,
  type DiagnosisTrial,
  diagnose,
  type Network,
  version,
} from '../index.ts'
import { describeRecipe, diagnosisPicture, diagnosisReport, diagnosisText, verdictTitle } from '../internal.ts'
import { describeSet, modeText } from './described-data.ts'
import { interruptible } from './interrupt.ts'
import { listeningForEvents } from './listening.ts'
import type { MachineFlags } from './options.ts'
import type { Progress } from './terminal/progress.ts'
import { stderrProgress } from './terminal/stderr.ts'
import { showTrials } from './trial-progress.ts'

export interface NetworkDiagnosis {
  readonly network: Network
  readonly label: string
  readonly options: Omit<DiagnoseOptions, 'abort' | 'onEvent'> & { readonly data: Dataset; readonly budget: number }
  readonly flags: Pick<MachineFlags, 'exact' | 'winograd'>
  /** For the report. */
  readonly command: string
}

export interface DiagnosisResult {
  readonly diagnosis: Diagnosis
  readonly text: () => string
  readonly html: () => string
  /** The picture that shows the verdict, as SVG. */
  readonly picture: () => string
}

const trialName = ({ control, seed }: DiagnosisTrial): string => `${control}, seed ${seed}`

const measuring: Readonly<Record<keyof Diagnosis['measured'], string>> = {
  constructive: 'Adding identity layers to the shallow twin ...',
  precision: 'Comparing float32 gradients with float64 ...',
  sharpness: 'Finding the largest eigenvalue of the Hessian ...',
  jacobian: 'Finding the singular values of the input-output Jacobian ...',
  linearProbe: 'Fitting linear classifiers on the trained network’s layers ...',
  withoutBlocks: 'Taking blocks out of the trained network ...',
  affine: 'Replacing layers of the trained network by affine maps ...',
}

/** What a report says of a diagnosis that the diagnosis itself doesn't. */
export interface ShownDiagnosis {
  readonly label: string
  readonly data: Dataset
  readonly budget: number
  readonly flags: Pick<MachineFlags, 'exact' | 'winograd'>
  readonly command: string
}

/** What work on a diagnosis is watched with. */
export interface Watching {
  readonly abort: AbortSignal
  readonly onEvent: (event: DiagnosisEvent) => void
}

export function diagnoseNetwork({ network, options, ...rest }: NetworkDiagnosis): Promise<DiagnosisResult> {
  const { data, budget } = options
  return showDiagnosis({ ...rest, data, budget }, (watching) =>
    diagnose(network, { ...options, label: rest.label, ...watching }),
  )
}

export async function showDiagnosis(
  { label, data, budget, flags, command }: ShownDiagnosis,
  diagnose: (watching: Watching) => Promise<Diagnosis>,
): Promise<DiagnosisResult> {
  const progress = stderrProgress()
  const work = (abort: AbortSignal, listen: () => void): Promise<Diagnosis> =>
    diagnose({ abort, onEvent: listeningForEvents(showEvents(progress), listen) })
  const stopping = 'Stopping; what is known so far is shown. Ctrl-C again ends at once.'
  const diagnosis = await interruptible(work, () => progress.note(stopping)).finally(() => progress.close())
  const { settings, trials } = diagnosis
  const report = {
    ...diagnosis,
    title: verdictTitle(diagnosis.verdict),
    command,
    version,
    mode: modeText(flags),
    budgetSeconds: budget,
    network: label,
    dataset: describeSet(data),
    steps: settings.steps,
    batch: settings.batch,
    optimizer: describeRecipe(settings),
    seeds: [...new Set(trials.map(({ seed }) => seed))],
    trials: trials.map((trial) => ({ ...trial, diverged: trial.diverged !== null })),
  }
  return {
    diagnosis,
    text: () => diagnosisText(report),
    html: () => diagnosisReport(report),
    picture: () => diagnosisPicture(report),
  }
}

function showEvents(progress: Progress): (event: DiagnosisEvent) => void {
  const showTrial = showTrials(progress, trialName)
  return (event) => {
    switch (event.kind) {
      case 'steps':
        return progress.note(`Each training takes ${counted(event.steps, 'step')}.`)
      case 'measuring':
        return progress.note(measuring[event.measurement])
      case 'note':
        return progress.note(event.note)
      case 'planned':
      case 'started':
      case 'progress':
      case 'finished':
        return showTrial(event)
    }
  }
}
