/** The data of the report of a prescription, and the names and tables of its finalists and candidates. */
import type { Table } from '../format/table.ts'
import { formatFixed } from '../format/text.ts'
import { counted, number } from '../format/words.ts'
import type { GuessedSet } from './guessing.ts'
import type { ReportedScores } from './reported-scores.ts'
import { type ScoreColumn, scoreColumns } from './score-columns.ts'
import type { OutputNames } from './score-words.ts'
import { everyScoreOf, scoresOf } from './seed-scores.ts'

/** One training of the final. */
export interface ReportedFinalRun {
  readonly seed: number
  readonly train: ReportedScores
  readonly test: ReportedScores
  readonly diverged: object | null
  readonly losses: readonly { readonly step: number; readonly loss: number }[]
}

/** A candidate in the final. The given training comes first. */
export interface ReportedFinalist {
  readonly name: string
  readonly words: string
  readonly rate: number
  readonly steps: number
  readonly runs: readonly ReportedFinalRun[]
}

export interface ReportedCandidate {
  readonly name: string
  readonly words: string
  readonly state: string
  readonly reason: string
  readonly cost: number
}

export interface PrescriptionData {
  /** The command that made the prescription; absent if the library was called directly. */
  readonly command?: string
  /** The command that trains the network with the best change. */
  readonly cureCommand?: string
  readonly version: string
  readonly mode: string
  readonly seconds: number
  readonly budgetSeconds: number
  /** The network as the user wrote it, such as `mlp:depth=60`. */
  readonly network: string
  readonly dataset: GuessedSet & {
    readonly name: string
    readonly train: number
    readonly test: number
    readonly asks: string
    readonly names: OutputNames
    readonly classes: number | null
  }
  readonly steps: number
  readonly batch: number
  readonly optimizer: string
  readonly seeds: readonly number[]
  readonly interrupted: boolean
  readonly trainings: number
  readonly answer: readonly string[]
  readonly notes: readonly string[]
  readonly finalists: readonly ReportedFinalist[]
  readonly candidates: readonly ReportedCandidate[]
  readonly facts: readonly { readonly sentence: string; readonly remedy: string }[]
}

/** Short names of the finalists, in order. The rate tells apart two finalists of one candidate. */
export function finalistNames({ finalists }: PrescriptionData): string[] {
  return finalists.map(({ name, rate }, index) => (index === 0 ? 'as given' : `${name}, rate ${number(rate)}`))
}

/** The columns of scores of the finalists. */
export function finalColumns({ dataset, finalists }: PrescriptionData): ScoreColumn[] {
  const runs = finalists.flatMap((finalist) => finalist.runs)
  return scoreColumns(dataset.classes, runs).filter(
    ({ isExtra, set }) => !isExtra && (set === 'train' || dataset.test > 0),
  )
}

/** The table of the finalists. With `isWide`, cells list the scores of the seeds beside diverged ones. */
export function finalTable(data: PrescriptionData, isWide: boolean): Table {
  const columns = finalColumns(data)
  const names = finalistNames(data)
  const format = isWide ? everyScoreOf : scoresOf
  const hasSteps = data.finalists.some(({ steps }) => steps !== data.steps)
  return {
    columns: [
      { heading: 'training' },
      ...columns.map(({ heading }) => ({ heading, numeric: true })),
      ...(hasSteps ? [{ heading: 'steps', numeric: true }] : []),
      { heading: 'seeds', numeric: true },
    ],
    rows: data.finalists.map(({ runs, steps }, index) => [
      names[index],
      ...columns.map((column) => format(runs, column.value, column.format)),
      ...(hasSteps ? [formatFixed(steps, 0)] : []),
      String(runs.length),
    ]),
    notes: hasSteps ? ['Equal cost is equal work: a change whose steps need more work gets fewer steps.'] : [],
  }
}

/** The candidates that did not win, with the reasons. */
export function otherCandidates({ candidates }: PrescriptionData): readonly ReportedCandidate[] {
  return candidates.filter(({ state, words }) => words !== '' && state !== 'better')
}

/** Lines that summarize the setup. */
export function prescriptionItems(data: PrescriptionData): string[] {
  const { dataset, steps, batch, optimizer, network, trainings, seconds } = data
  return [
    network,
    `${dataset.name}, ${counted(dataset.train, 'training sample')}, ${dataset.asks}`,
    `${counted(steps, 'step')} of ${batch}`,
    optimizer,
    `${counted(trainings, 'training')} in ${formatFixed(seconds, 0)} s`,
  ]
}
