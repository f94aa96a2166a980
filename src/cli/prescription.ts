/** Runs a prescription with its progress on stderr, for the command `prescribe`. */
import { resolve } from 'node:path'
import { type Dataset, type Prescription, type PrescriptionEvent, type Report, reportPrescription } from '../index.ts'
import { factLines, unexpected } from './facts-text.ts'
import { withFlags } from './field-options.ts'
import { plainName } from './free-folder.ts'
import { interruptible } from './interrupt.ts'
import { listeningForEvents } from './listening.ts'
import { cureCommand, lineOf } from './next-command.ts'
import { showRace } from './race-progress.ts'
import type { Progress } from './terminal/progress.ts'
import { stderrProgress } from './terminal/stderr.ts'

/** The abort signal that stops a prescription, and the handler that receives its events. */
export interface Watching {
  readonly abort: AbortSignal
  readonly onEvent: (event: PrescriptionEvent) => void
}

/** A prescription that a command runs. */
export interface ShownPrescription {
  readonly data: Dataset
  readonly budget: number
  /** The network as the user wrote it. */
  readonly label: string
  /** The folder of the prescription. */
  readonly folder: string
  /** The command line that runs now. */
  readonly command: string
  /** The words of the command line that began the prescription; absent if a program began it. */
  readonly words?: readonly string[]
  /** Whether the network is not the one that `label` names, but that network at another depth. */
  readonly isScaled?: boolean
}

export interface PrescriptionResult extends Report {
  readonly prescription: Prescription
}

type Cure = Prescription['cures'][number]

/** Runs a prescription, shows its progress, and builds its report. */
export async function showPrescription(
  shown: ShownPrescription,
  prescribe: (watching: Watching) => Promise<Prescription>,
): Promise<PrescriptionResult> {
  const { data, budget, label, command, words } = shown
  const progress = stderrProgress()
  const work = (abort: AbortSignal, listen: () => void): Promise<Prescription> =>
    prescribe({ abort, onEvent: listeningForEvents(showEvents(progress, label, words), listen) })
  const stopping = 'Stopping. The results so far are printed. Press Ctrl-C again to end at once.'
  const prescription = await interruptible(work, () => progress.note(stopping)).finally(() => progress.close())
  const [best] = prescription.cures
  const cureWords = best && commandFor(shown, best)
  const facts = { data, budget, label, command, ...(cureWords ? { cureCommand: lineOf(cureWords) } : {}) }
  return { prescription, ...reportPrescription(prescription, facts) }
}

/** The file in the folder of a prescription that holds the network of a cure, or null if the user's network is trained. */
export function cureFile({ folder, isScaled = false }: ShownPrescription, { name, network }: Cure): string | null {
  return network === null && !isScaled ? null : resolve(folder, `cure-${plainName(name)}.json`)
}

/**
 * Returns the words of the command that trains the network with a cure, without the name of the program. Undefined if no
 * command line began the prescription, or if options can't express the whole change.
 */
export function commandFor(shown: ShownPrescription, cure: Cure): readonly string[] | undefined {
  const { words, label } = shown
  return words && cure.isComplete ? cureCommand(words, label, cure.change, cureFile(shown, cure)) : undefined
}

/** `words` is the command line, if a command line began the prescription, and `label` is the network as the user wrote it. */
function showEvents(progress: Progress, label: string, words?: readonly string[]): (event: PrescriptionEvent) => void {
  const show = showRace(progress)
  return (event) => {
    switch (event.kind) {
      case 'facts':
        for (const line of factLines(unexpected(event.facts, label), words)) progress.note(line)
        return
      case 'note':
        return progress.note(withFlags(event.note))
      default:
        return show(event)
    }
  }
}
