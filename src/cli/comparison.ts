/** Runs a comparison with its progress on stderr, for the commands `compare` and `start`. */
import { networkLabels } from '../format/network-labels.ts'
import {
  type Comparison,
  type ComparisonEvent,
  type ComparisonReportFacts,
  type ComparisonRun,
  type ComparisonTrial,
  compare,
  IsobathError,
  type NetworkFamily,
  parseNetwork,
  type Report,
  reportComparison,
  resumeComparison,
  withDepth,
} from '../index.ts'
import { type DataShape, depthInName, nameWithoutDepth, readComparisonFacts, shapeForLoss } from '../internal.ts'
import { type DataFlags, openData } from './data-options.ts'
import { comparedFactsJson, factLines, unexpectedInComparison } from './facts-text.ts'
import { withFlags } from './field-options.ts'
import { interruptible } from './interrupt.ts'
import { listeningForEvents } from './listening.ts'
import { refuseForeign, withImpliedTarget } from './network-argument.ts'
import { comparisonLines, lineOf } from './next-command.ts'
import { type MachineFlags, machineOptions } from './options.ts'
import { readDataOf } from './run-data.ts'
import type { Progress } from './terminal/progress.ts'
import { stderrProgress } from './terminal/stderr.ts'
import { type TrainingFlags, trainingOptions } from './training-options.ts'
import { showTrials } from './trial-progress.ts'
import { withValidation } from './validation.ts'

export interface CompareFlags extends DataFlags, TrainingFlags, MachineFlags {
  /**
   * Numbers of hidden layers to compare. The default depths are those in the names of the networks, or 4, 16 and 64 if
   * no name has a depth.
   */
  readonly depths?: readonly number[]
  readonly seeds: number
  /** Rates from which each network's best rate is chosen. */
  readonly rates?: readonly number[]
  /** Whether each network's best rate is searched for around the rate of the optimizer. */
  readonly tune?: boolean
}

export interface ComparisonResult extends Report {
  readonly comparison: Comparison
  /** The command line that began the comparison; absent for a resumed comparison. */
  readonly words?: readonly string[]
}

/** Throws a `preset` error if the text fixes the depth of the network, because the comparison sets the depth. */
function checkHasNoDepth(text: string): void {
  refuseForeign(text)
  if (text.endsWith('.json')) {
    throw new IsobathError(
      'preset',
      `${text}: expected a preset without a depth, got a network file, which has one depth. Compare presets, or train this network alone.`,
    )
  }
  const depth = /[:,]\s*depth=([^,]*)/.exec(text)
  if (depth) {
    throw new IsobathError(
      'preset',
      `${text}: expected a preset without a depth, got depth=${depth[1]}. Leave the depth out, and use --depths ${depth[1]}.`,
    )
  }
}

/**
 * Groups networks into families. Networks that differ only in the depth in their names, such as plain-20 and plain-56,
 * are one family.
 */
function familiesOf(texts: readonly string[], shape: DataShape): NetworkFamily[] {
  texts.forEach(checkHasNoDepth)
  const named = new Map(texts.toReversed().map((text) => [openName(text), text]))
  const names = [...new Set(texts.map(openName))]
  const labels = networkLabels(names)
  return names.map((name, index) => {
    const text = named.get(name) ?? name
    return { name, label: labels[index], ofDepth: (depth: number) => parseNetwork(withDepth(text, depth), shape) }
  })
}

/**
 * Replaces the depth in the name of a network by N, as in `resnet-N:remedy=fixup`. Tables show the depth of a network
 * in a separate column.
 */
function openName(text: string): string {
  const [name, ...options] = text.split(':')
  return [nameWithoutDepth(name), ...options].join(':')
}

const usualDepths = [4, 16, 64]

/**
 * Returns the depths of --depths, or the depths in the names of the networks, or 4, 16 and 64 if neither gives a depth.
 */
function depthsOf({ depths }: CompareFlags, texts: readonly string[]): readonly number[] {
  if (depths !== undefined) return depths
  const inNames = texts.flatMap((text) => depthInName(text) ?? [])
  return inNames.length === 0 ? usualDepths : [...new Set(inNames)].sort((a, b) => a - b)
}

/**
 * Throws a `preset` error before the data is read if a network can't have one of the depths. If --depths is missing,
 * the error says where the depths come from.
 */
function checkDepths(families: readonly NetworkFamily[], depths: readonly number[], areAsked: boolean): void {
  try {
    for (const { ofDepth } of families) depths.forEach(ofDepth)
  } catch (error) {
    if (areAsked || !(error instanceof IsobathError) || error.code !== 'preset') throw error
    const list = depths.join(', ')
    const origin =
      depths === usualDepths ? `The default depths are ${list}.` : `The names of the networks give the depths ${list}.`
    throw new IsobathError(
      'preset',
      `${error.message} Every network is compared at every depth. ${origin} Choose other depths with --depths.`,
    )
  }
}

function trialName({ label, depth, seed, tuning }: ComparisonTrial): string {
  const rate = tuning === undefined ? '' : `, rate ${tuning.rate}`
  return `${label} ${depth}, seed ${seed}${rate}${tuning?.part === 'search' ? ' (search)' : ''}`
}

/** Facts about the command that compares. */
interface ComparisonCall {
  /** Words of the command line. */
  readonly words: readonly string[]
  /** Folder in which the comparison stores its trainings. */
  readonly folder?: string
}

/** Compares the networks at all depths. */
export async function compareNetworks(
  texts: readonly string[],
  flags: CompareFlags,
  { words, folder }: ComparisonCall,
): Promise<ComparisonResult> {
  const depths = depthsOf(flags, texts)
  const options = { ...trainingOptions(flags), ...machineOptions(flags), depths }
  const opened = openData(withValidation(withImpliedTarget(texts, flags)))
  const families = familiesOf(texts, shapeForLoss(await opened.shape(), flags.loss))
  checkDepths(families, depths, flags.depths !== undefined)
  const data = await opened.read()
  const seeds = Array.from({ length: flags.seeds }, (_, index) => flags.seed + index)
  const dataOptions = { ...(await opened.lastingOptions()) }
  const stored = { run: folder, dataOptions, command: words, baselines: true }
  return showComparison(
    { families, depths, seeds, data, ...comparisonLines(words) },
    (watching) =>
      compare(families, { ...options, ...stored, data, seeds, rates: flags.rates, tune: flags.tune, ...watching }),
    words,
  )
}

/**
 * Resumes the comparison in the folder with the options with which the comparison began. `words`: the words of the
 * command line that resumes.
 */
export async function compareAgain(
  folder: string,
  flags: Pick<DataFlags, 'dataDir'> & MachineFlags,
  words: readonly string[],
): Promise<ComparisonResult> {
  const { command, ...facts } = await readComparisonFacts(folder)
  const data = await readDataOf(facts, { dataDir: flags.dataDir })
  // Folders of older versions don't store the command line that started the comparison.
  const lines = command === undefined ? { command: lineOf(words) } : comparisonLines(command)
  return showComparison({ ...facts, data, ...lines }, (watching) =>
    resumeComparison(folder, { ...machineOptions(flags), ...watching, data, baselines: true }),
  )
}

/** The abort signal that stops a comparison, and the handler that receives the events of the comparison. */
interface Watching {
  readonly abort: AbortSignal
  readonly onEvent: (event: ComparisonEvent) => void
}

async function showComparison(
  facts: ComparisonReportFacts,
  compare: (watching: Watching) => Promise<Comparison>,
  words?: readonly string[],
): Promise<ComparisonResult> {
  const progress = stderrProgress()
  const work = (abort: AbortSignal, listen: () => void): Promise<Comparison> =>
    compare({ abort, onEvent: listeningForEvents(showEvents(progress, words), listen) })
  const stopping = 'Stopping. The results so far are printed. Press Ctrl-C again to end at once.'
  const comparison = await interruptible(work, () => progress.note(stopping)).finally(() => progress.close())
  return { comparison, words, ...reportComparison(comparison, facts) }
}

/** Shows the events of a comparison. `words`: the command line that began the comparison, unless it is resumed. */
function showEvents(progress: Progress, words?: readonly string[]): (event: ComparisonEvent) => void {
  const show = showTrials(progress, trialName)
  return (event) => {
    if (event.kind === 'fact') {
      const [fact] = unexpectedInComparison([event.fact])
      for (const line of fact === undefined ? [] : factLines([fact], words)) progress.note(line)
      return
    }
    if (event.kind === 'note') return progress.note(withFlags(event.note))
    if (event.kind === 'planned') {
      const { trials, found } = event
      if (found.length > 0)
        progress.note(`${found.length} of ${trials.length + found.length} trainings are stored already.`)
    }
    show(event)
  }
}

/** Returns the JSON of a comparison. The loss curves in the JSON list the losses without their step numbers. */
export function comparisonJson({ comparison, words }: ComparisonResult) {
  const { facts, rows, searches, suspectRates, stuckNetworks, baselines, sentence, settings, interrupted, seconds } =
    comparison
  const bare = <Row extends Pick<ComparisonRun, 'losses'>>({ losses, ...row }: Row) => {
    return { ...row, losses: losses.map(({ loss }) => loss) }
  }
  return {
    rows: rows.map(({ tuned, ...row }) => ({ ...bare(row), ...(tuned ? { tuned: bare(tuned) } : {}) })),
    ...(searches ? { searches } : {}),
    suspectRates,
    stuckNetworks,
    facts: comparedFactsJson(unexpectedInComparison(facts), words),
    ...(baselines ? { baselines } : {}),
    sentence,
    settings,
    interrupted,
    seconds,
  }
}
