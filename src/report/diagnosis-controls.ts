/** The trainings of a diagnosis by control: what they scored over the seeds, and how that is written. */
import type { Table } from '../format/table.ts'
import { formatNumber, MISSING } from '../format/text.ts'
import { counted, listed } from '../format/words.ts'
import { type Summary, summarize } from '../numerics/statistics.ts'
import { type DiagnosisData, NETWORK, type ReportedTrial } from './diagnosis-data.ts'
import { shortened } from './labels.ts'
import { formatError, formatLoss } from './reported-scores.ts'

/** All trainings of one control. */
export interface ReportedControl {
  /** Short enough to stand in a figure. */
  readonly name: string
  readonly notes: readonly string[]
  readonly runs: readonly ReportedTrial[]
  readonly trainLoss: Summary | null
  readonly trainError: Summary | null
  readonly testLoss: Summary | null
  readonly testError: Summary | null
}

const LONGEST_NAME = 22

/** The controls in the order in which they were first run, the network before all others. */
export function controlsOf({ trials }: DiagnosisData): ReportedControl[] {
  const names = [...new Set(trials.map((trial) => trial.control))]
  const ordered = [...names.filter((name) => name === NETWORK), ...names.filter((name) => name !== NETWORK)]
  return ordered.map((name) => {
    const runs = trials.filter((trial) => trial.control === name)
    // What a diverged run scores says nothing about trained networks, even where it is finite.
    const trained = runs.filter((run) => !run.diverged)
    return {
      name: shortened(name, LONGEST_NAME),
      notes: [...new Set(runs.flatMap((run) => run.note ?? []))],
      runs,
      trainLoss: summarize(trained.map((run) => run.train.loss)),
      trainError: summarize(trained.map((run) => run.train.error)),
      testLoss: summarize(trained.map((run) => run.test.loss)),
      testError: summarize(trained.map((run) => run.test.error)),
    }
  })
}

/** What stands where a number can't. */
export function absence({ runs }: ReportedControl): string {
  return runs.some((run) => run.diverged) ? 'diverged' : MISSING
}

/** What the error is, in words that fit behind it. */
export const VARIANCE = 'fraction of the variance'

/** Mean and interval by control. `short`: without what a terminal has no room for. */
export function controlsTable(data: DiagnosisData, controls: readonly ReportedControl[], short = false): Table {
  const numbers: { heading: string; show: (control: ReportedControl) => string }[] = [
    { heading: 'train loss', show: (control) => shown(control, control.trainLoss, formatLoss) },
    ...(short ? [] : [{ heading: 'test loss', show: (one: ReportedControl) => shown(one, one.testLoss, formatLoss) }]),
    { heading: 'train error', show: (control) => shown(control, control.trainError, formatError) },
    { heading: 'test error', show: (control) => shown(control, control.testError, formatError) },
    { heading: 'seeds', show: seedsShown },
  ]
  return {
    columns: [{ heading: 'control' }, ...numbers.map(({ heading }) => ({ heading, numeric: true }))],
    rows: controls.map((control) => [control.name, ...numbers.map(({ show }) => show(control))]),
    notes: [...notesOf(controls), ...varianceNote(data)],
  }
}

function shown(control: ReportedControl, summary: Summary | null, words: (summary: Summary) => string): string {
  return summary === null ? absence(control) : words(summary)
}

/** How many of its trainings the row's numbers are about. */
function seedsShown({ runs }: ReportedControl): string {
  const finished = runs.filter((run) => !run.diverged).length
  return finished === runs.length ? String(runs.length) : `${finished} of ${runs.length}`
}

function varianceNote({ dataset }: DiagnosisData): string[] {
  return dataset.classes === null ? [`error (${VARIANCE}): what the network leaves unexplained, 1 - R².`] : []
}

/** What the table can't hold: what a control is exactly, and who diverged. */
function notesOf(controls: readonly ReportedControl[]): string[] {
  return controls.flatMap(({ name, notes, runs }) => {
    const broken = runs.filter((run) => run.diverged)
    const where = broken.map(({ seed, steps }) => `seed ${seed} after ${counted(steps, 'step')}`)
    const rest =
      broken.length < runs.length ? '; the row is about the others, and the answer counts these as guessing' : ''
    const [{ control }] = runs
    return [
      ...(name === control ? [] : [`${name} is ${control}`]),
      ...notes.map((note) => `${name}: ${note}`),
      ...(broken.length === 0 ? [] : [`${name}: diverged with ${listed(where)}${rest}.`]),
    ]
  })
}

/** `3 seeds`, and what that means for intervals. */
export function seedWords(data: DiagnosisData): string {
  if (data.seeds.length === 1) return '1 seed, so no interval'
  return `mean and 95% interval over ${counted(data.seeds.length, 'seed')}`
}

/** What was done, in a few items. */
export function setupItems(data: DiagnosisData): string[] {
  const { dataset, steps, batch, optimizer, seeds, layers, network } = data
  return [
    `${network}, ${counted(layers, 'layer')}`,
    `${dataset.name}, ${counted(dataset.train, 'training sample')}, ${dataset.asks}`,
    `${counted(steps, 'step')} of ${batch}`,
    optimizer,
    seeds.length === 1 ? '1 seed, so no interval' : counted(seeds.length, 'seed'),
  ]
}

/** A number of the evidence with its unit; a dash if it isn't there. */
export function formatEvidence(value: number | null, unit = ''): string {
  // A limit of 0.95 is not one of 0.950.
  const number = formatNumber(value)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
  if (number === MISSING || unit === '') return number
  return unit === '%' ? `${number}%` : `${number} ${unit}`
}
