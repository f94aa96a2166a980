/** A diagnosis as its user gets it: plain data, all of it JSON. */
import type { Mode } from '../backends/machine.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { Cause, Verdict } from './cause.ts'
import { causeTable, type JudgedCause } from './causes/table.ts'
import type { DiagnosisOutcome } from './diagnosis-loop.ts'
import { nothingJudged } from './judge.ts'
import type { Measured } from './measured.ts'
import { type LayerMap, type LayerProfile, layerMaps, layerProfiles, pictureOf } from './pictures.ts'
import { settingsOf } from './plan.ts'
import type { DiagnosisTask } from './task.ts'
import type { TrialRecord } from './trial-record.ts'
import { answerOf } from './wording/answer.ts'
import { curesOf, verdictTitle, wordsOf } from './wording/causes.ts'
import { needText } from './wording/controls.ts'
import { groundText } from './wording/grounds.ts'
import { notesOf, overrunNote } from './wording/notes.ts'
import { type EvidenceRow, sentenceOf } from './wording/words.ts'

export interface Finding {
  readonly cause: Cause
  readonly title: string
  /** 0.5 at the limit of what trainable networks have, toward 1 far beyond it. */
  readonly score: number
  readonly sentence: string
  readonly evidence: readonly EvidenceRow[]
  readonly papers: readonly string[]
  readonly cures: readonly string[]
}

export interface Exclusion {
  readonly cause: Cause
  readonly title: string
  /** The control or measurement that ruled it out. */
  readonly by: string
  readonly sentence: string
  readonly evidence: readonly EvidenceRow[]
}

export interface OpenCause {
  readonly cause: Cause
  readonly title: string
  readonly sentence: string
  /** What would decide it, in words, and the seconds that it would take; null where that isn't known. */
  readonly wouldDecide: string
  readonly seconds: number | null
}

export interface Diagnosis {
  /** The first finding's cause; `healthy` where there is none, `undecided` where what could be one is open. */
  readonly verdict: Verdict
  /** Three sentences: what is wrong, why, what it isn't. */
  readonly answer: readonly string[]
  /** What a reader of the answer should know of how it was found, a sentence each. */
  readonly notes: readonly string[]
  /** Those to treat first before the others. */
  readonly findings: readonly Finding[]
  readonly ruledOut: readonly Exclusion[]
  readonly open: readonly OpenCause[]
  /** Every training. */
  readonly trials: readonly TrialRecord[]
  /** The network's layers with weights, the read-out too. */
  readonly layers: number
  /** What its layers are looked at as, in the order of the signal: blocks, where they are repeated. */
  readonly stages: readonly string[]
  readonly measured: Measured
  readonly maps: readonly LayerMap[]
  readonly profiles: readonly LayerProfile[]
  /** Which picture shows the verdict: `losses`, or a profile's id. */
  readonly picture: string
  /** Of the network, with the first seed. */
  readonly settings: TrainingSettings
  /** How its trainings were computed. */
  readonly mode: Mode
  readonly interrupted: boolean
  readonly seconds: number
}

type SummaryTask = Pick<DiagnosisTask, 'seeds' | 'notes' | 'budgetSeconds'> & Pick<Diagnosis, 'mode'>

export function summarize(
  outcome: DiagnosisOutcome,
  { seeds, budgetSeconds, notes = [], mode }: SummaryTask,
): Diagnosis {
  const { evidence, judgment, subject, plan, interrupted, seconds } = outcome
  // Nothing follows from no training.
  const isTrained = evidence.records.some(({ control }) => control === 'network')
  const { verdict, findings, ruledOut, open } = isTrained ? judgment : nothingJudged
  const profiles = layerProfiles(evidence)
  const passes = (plan.steps * subject.settings.batch) / subject.data.train.count
  return {
    verdict,
    answer: answerOf(evidence, judgment),
    notes: [...notes, ...notesOf(plan, passes), ...overrunNote(seconds, budgetSeconds, plan)],
    findings: findings.map(findingOf),
    ruledOut: ruledOut.map(exclusionOf),
    open: open.map((one) => openCause(one, outcome)),
    trials: evidence.records,
    layers: evidence.depths.network + (evidence.depths.what === 'hidden layer' ? 1 : 0),
    stages: evidence.stages.map(({ name }) => name),
    measured: evidence.measured,
    maps: layerMaps(evidence),
    profiles,
    picture: pictureOf(verdict, profiles),
    settings: settingsOf(subject, seeds[0]),
    mode,
    interrupted,
    seconds,
  }
}

function findingOf(found: JudgedCause): Finding {
  const { cause, score } = found
  const { statement, evidence } = wordsOf(found)
  return {
    cause,
    title: verdictTitle(cause).start,
    score,
    sentence: sentenceOf(statement),
    evidence,
    papers: causeTable[cause].papers,
    cures: curesOf(cause),
  }
}

function exclusionOf(found: JudgedCause): Exclusion {
  const { cause, by } = found
  const { statement, evidence } = wordsOf(found)
  return { cause, title: verdictTitle(cause).start, by: groundText(by), sentence: sentenceOf(statement), evidence }
}

function openCause(found: JudgedCause, { openQuestions }: DiagnosisOutcome): OpenCause {
  const { cause, needs } = found
  const costs = needs.flatMap((need) => openQuestions.filter((question) => question.need === need))
  const known = costs.flatMap(({ seconds }) => seconds ?? [])
  const seconds =
    known.length < needs.length || known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
  const wouldDecide = needs.length > 0 ? needs.map(needText).join('; ') : 'what is open beside it, or more seeds'
  return {
    cause,
    title: verdictTitle(cause).start,
    sentence: sentenceOf(wordsOf(found).statement),
    wouldDecide,
    seconds,
  }
}
