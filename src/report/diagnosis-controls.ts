/** The trainings of a diagnosis grouped by control: scores over the seeds, and their tables and texts. */
import type { Table } from '../format/table.ts'
import { formatNumber, MISSING } from '../format/text.ts'
import { counted, listed } from '../format/words.ts'
import { type Summary, summarize } from '../numerics/statistics.ts'
import { type DiagnosisData, NETWORK, type ReportedTrial } from './diagnosis-data.ts'
import { shortened } from './labels.ts'
import { balanceNotes, scoreColumns, scoreText } from './score-columns.ts'

/** The trainings of one control, with all seeds. */
export interface ReportedControl {
  /** The control's name, short enough for a figure. */
  readonly name: string
  readonly notes: readonly string[]
  readonly runs: readonly ReportedTrial[]
  readonly trainLoss: Summary | null
  readonly trainError: Summary | null
  readonly testLoss: Summary | null
  readonly testError: Summary | null
}

const LONGEST_NAME = 22

/** The controls in the order of their first training; the unchanged network comes first. */
export function controlsOf({ trials }: DiagnosisData): ReportedControl[] {
  const names = [...new Set(trials.map((trial) => trial.control))]
  const ordered = [...names.filter((name) => name === NETWORK), ...names.filter((name) => name !== NETWORK)]
  return ordered.map((name) => {
    const runs = trials.filter((trial) => trial.control === name)
    // The scores of a diverged run say nothing about trained networks, even if the scores are finite.
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

/** Returns the text in place of a missing number: `diverged`, or a dash if no run diverged. */
export function absence({ runs }: ReportedControl): string {
  return runs.some((run) => run.diverged) ? 'diverged' : MISSING
}

/** The unit of the error in a regression, as written in parentheses after the word "error". */
export const VARIANCE = 'fraction of the variance'

/**
 * The table of scores: mean and interval for each control. The option `short` leaves out columns, for narrow terminals.
 */
export function controlsTable(data: DiagnosisData, controls: readonly ReportedControl[], short = false): Table {
  const isTested = data.dataset.test > 0
  const all = scoreColumns(data.dataset.classes, data.trials).filter(({ set }) => isTested || set === 'train')
  // The answer of a diagnosis is about training losses, so this column always stays.
  const columns = all.filter(({ heading, isExtra }) => !(short && isExtra) || heading === 'train loss')
  const trained = ({ runs }: ReportedControl): ReportedTrial[] => runs.filter((run) => !run.diverged)
  return {
    columns: [
      { heading: 'control' },
      ...columns.map(({ heading }) => ({ heading, numeric: true })),
      { heading: 'seeds', numeric: true },
    ],
    rows: controls.map((control) => [
      control.name,
      ...columns.map((column) => scoreText(column, trained(control)) ?? absence(control)),
      seedsShown(control),
    ]),
    notes: [...notesOf(controls), ...balanceNotes(data.trials, data.dataset.names), ...varianceNote(data)],
  }
}

/** The number of trainings that did not diverge, such as `3` or `2 of 3`. */
function seedsShown({ runs }: ReportedControl): string {
  const finished = runs.filter((run) => !run.diverged).length
  return finished === runs.length ? String(runs.length) : `${finished} of ${runs.length}`
}

function varianceNote({ dataset }: DiagnosisData): string[] {
  return dataset.classes === null
    ? ['R2 is the fraction of the variance that the network explains. The error is the rest, 1 - R2.']
    : []
}

/** The notes below the table: the exact definition of each control, and the seeds that diverged. */
function notesOf(controls: readonly ReportedControl[]): string[] {
  return controls.flatMap(({ name, notes, runs }) => {
    const broken = runs.filter((run) => run.diverged)
    const where = broken.map(({ seed, steps }) => `seed ${seed} after ${counted(steps, 'step')}`)
    const rest =
      broken.length < runs.length
        ? ' The row shows only the trainings that did not diverge. The answer counts a diverged training as guessing.'
        : ''
    const [{ control }] = runs
    return [
      ...(name === control ? [] : [`${name} is ${control}`]),
      ...notes.map((note) => `${name}: ${note}`),
      ...(broken.length === 0 ? [] : [`${name}: diverged with ${listed(where)}.${rest}`]),
    ]
  })
}

/** The number of seeds in words, such as `mean and 95% interval over 3 seeds`. A single seed has no interval. */
export function seedWords(data: DiagnosisData): string {
  if (data.seeds.length === 1) return '1 seed, so no interval'
  return `mean and 95% interval over ${counted(data.seeds.length, 'seed')}`
}

/** The setup of the diagnosis in short items: network, data, steps, optimizer, seeds. */
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

/** Formats a number of the evidence with its unit, or a dash for a missing number. */
export function formatEvidence(value: number | null, unit = ''): string {
  // Trailing zeros would claim a precision that a number does not have: a limit of 0.95 is not written as 0.950.
  const number = formatNumber(value)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
  if (number === MISSING || unit === '') return number
  return unit === '%' ? `${number}%` : `${number} ${unit}`
}
