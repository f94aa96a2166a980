/** The diagnosis that the user gets: plain data that can be stored as JSON. */

import type { Mode } from '../backends/machine.ts'
import type { Baselines } from '../baselines/baselines.ts'
import type { Fact } from '../facts/fact.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { Cause, Verdict } from './cause.ts'
import { causeTable, type JudgedCause } from './causes/table.ts'
import { confidenceOf } from './confidence.ts'
import { rateAt } from './controls.ts'
import { courseOf } from './course.ts'
import { type Cure, cureOf } from './cure.ts'
import type { DiagnosisOutcome } from './diagnosis-loop.ts'
import { nothingJudged } from './judge.ts'
import type { Measured } from './measured.ts'
import { type LayerMap, type LayerProfile, layerMaps, layerProfiles, pictureOf } from './pictures.ts'
import { settingsOf } from './plan.ts'
import type { DiagnosisTask } from './task.ts'
import type { TrialRecord } from './trial-record.ts'
import { type RateLadder, triedRates } from './tried-rates.ts'
import { type View, viewOf } from './view.ts'
import { answerOf, errorTextOf } from './wording/answer.ts'
import { curesOf, verdictTitle, wordsOf } from './wording/causes.ts'
import { basisText } from './wording/confidence.ts'
import { needText } from './wording/controls.ts'
import { groundText } from './wording/grounds.ts'
import { noCureText } from './wording/no-cure.ts'
import { notesOf, overrunNote, untestedNote } from './wording/notes.ts'
import { type ErrorText, type EvidenceRow, sentenceOf } from './wording/words.ts'

export interface Finding {
  readonly cause: Cause
  readonly title: string
  /**
   * Score of the finding: 0.5 if the evidence is at the limit for trainable networks, and closer to 1 far beyond the
   * limit.
   */
  readonly score: number
  readonly sentence: string
  readonly evidence: readonly EvidenceRow[]
  readonly papers: readonly string[]
  readonly cures: readonly string[]
}

export interface Exclusion {
  readonly cause: Cause
  readonly title: string
  /** Control trainings or observation that ruled the cause out. */
  readonly by: string
  readonly sentence: string
  readonly evidence: readonly EvidenceRow[]
}

export interface OpenCause {
  readonly cause: Cause
  readonly title: string
  readonly sentence: string
  /** Trainings or measurements that would decide the cause, in words. */
  readonly wouldDecide: string
  /**
   * Estimated duration of the trainings and measurements in `wouldDecide`, in seconds, or null if no estimate exists.
   */
  readonly seconds: number | null
}

export interface Diagnosis {
  /**
   * Verdict of the diagnosis: the cause of the first finding. A diagnosis without findings is `undecided` if a cause is
   * open or the symptom is not explained, and `healthy` otherwise.
   */
  readonly verdict: Verdict
  /**
   * The answer, in three parts of one to three sentences each: the symptom, the cause, and the causes that are ruled
   * out.
   */
  readonly answer: readonly string[]
  /** Probability that the verdict is right, from 0 to 1: the fraction of known cases with these grounds that were right. */
  readonly confidence: number
  /** The grounds of the answer, in one sentence. */
  readonly basis: string
  /** Notes on how the answer was found, one or two sentences each. */
  readonly notes: readonly string[]
  /** Facts about the network, the data and the settings that stand out before any training. */
  readonly facts: readonly Fact[]
  /** Faults in the scale of the raw data that the standardization of the settings removes. */
  readonly removed: readonly Fact[]
  /** Scores of guessing and of the best linear model, or null if the diagnosis was stopped before the fit. */
  readonly baselines: Baselines | null
  /** The rates: of the diagnosed training, and the best rate of the network. */
  readonly step: { readonly given: number; readonly best: number; readonly verdict: StepVerdict | null }
  /** The change that mends the first finding, measured by the diagnosis, or null if none was measured. */
  readonly cure: Cure | null
  /** The reason why no cure was measured, and the time that it would take; null with a cure or without a finding. */
  readonly noCure: string | null
  /** Findings: the causes that hold, beginning with the cause to treat first. */
  readonly findings: readonly Finding[]
  readonly ruledOut: readonly Exclusion[]
  readonly open: readonly OpenCause[]
  /** The ladders of rates of the networks that were trained at more than one rate. */
  readonly ladders: readonly RateLadder[]
  /** Records of all trainings with the seeds of the diagnosis. */
  readonly trials: readonly TrialRecord[]
  /** Records of the trainings with fresh seeds, which measured the cure. */
  readonly freshTrials: readonly TrialRecord[]
  /** Number of layers with weights, including the read-out. */
  readonly layers: number
  /**
   * Names of the stages that probes read, in the order of the forward pass. Each iteration of a repeated block is one
   * stage.
   */
  readonly stages: readonly string[]
  readonly measured: Measured
  readonly maps: readonly LayerMap[]
  readonly profiles: readonly LayerProfile[]
  /** The picture that shows the verdict: `losses`, `ladder`, or the id of a profile. */
  readonly picture: string
  /** Settings of the training of the network with the first seed. */
  readonly settings: TrainingSettings
  /** Backend, precision and modes of the trainings. */
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
  // Without a training of the network, no cause can be judged.
  const isTrained = evidence.records.some(({ control }) => control === 'network')
  const { verdict, findings, ruledOut, open } = isTrained ? judgment : nothingJudged
  const view = viewOf(evidence)
  const say = errorTextOf(evidence)
  const profiles = layerProfiles(view, findings.at(0))
  const cure = cureOf(view, isTrained ? judgment : nothingJudged, subject)
  const sure = confidenceOf(isTrained ? judgment : nothingJudged, cure)
  const passes = (plan.steps * subject.settings.batch) / subject.data.train.count
  return {
    verdict,
    answer: answerOf(evidence, judgment),
    confidence: sure.value,
    basis: basisText(sure, evidence.records.length + evidence.fresh.length),
    notes: [
      ...notes,
      ...untestedNote(subject.data.test.count),
      ...notesOf(plan, passes),
      ...overrunNote(seconds, budgetSeconds, plan),
    ],
    facts: evidence.facts,
    removed: evidence.removed,
    baselines: evidence.baselines,
    step: stepOf(view, findings),
    cure,
    noCure: cure === null ? noCureText(view, findings, outcome.cureQuestions, say) : null,
    findings: findings.map((one) => findingOf(one, view, say)),
    ruledOut: ruledOut.map((one) => exclusionOf(one, say)),
    open: open.map((one) => openCause(one, outcome, say)),
    ladders: triedRates(view),
    trials: evidence.records,
    freshTrials: evidence.fresh,
    layers: evidence.depths.network + (evidence.depths.what === 'hidden layer' ? 1 : 0),
    stages: evidence.stages.map(({ name }) => name),
    measured: evidence.measured,
    maps: layerMaps(view),
    profiles,
    picture: pictureOf(verdict, profiles),
    settings: settingsOf(subject, seeds[0]),
    mode,
    interrupted,
    seconds,
  }
}

/** Names of the causes about the step size. */
type StepVerdict = Extract<Cause, 'unstable-step' | 'step-too-small'>

function stepOf({ rate, best }: View, findings: readonly JudgedCause[]): Diagnosis['step'] {
  const found = findings.find(({ cause }) => cause === 'unstable-step' || cause === 'step-too-small')
  const verdict = found?.cause === 'unstable-step' || found?.cause === 'step-too-small' ? found.cause : null
  return { given: rate, best: rateAt(rate, best.network), verdict }
}

function findingOf(found: JudgedCause, view: View, say: ErrorText): Finding {
  const { cause, score } = found
  const { statement, evidence } = wordsOf(found, say)
  return {
    cause,
    title: verdictTitle(cause).start,
    score,
    sentence: sentenceOf(statement),
    evidence: [...evidence, ...courseOf(view, found)],
    papers: causeTable[cause].papers,
    cures: curesOf(cause),
  }
}

function exclusionOf(found: JudgedCause, say: ErrorText): Exclusion {
  const { cause, by } = found
  const { statement, evidence } = wordsOf(found, say)
  return { cause, title: verdictTitle(cause).start, by: groundText(by), sentence: sentenceOf(statement), evidence }
}

function openCause(found: JudgedCause, { openQuestions }: DiagnosisOutcome, say: ErrorText): OpenCause {
  const { cause, needs } = found
  const costs = needs.flatMap((need) => openQuestions.find((question) => question.need === need) ?? [])
  const known = costs.flatMap(({ seconds }) => seconds ?? [])
  const seconds =
    known.length < needs.length || known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
  const wouldDecide =
    needs.length > 0 ? needs.map(needText).join('; ') : 'a decision on the other open causes, or more seeds'
  return {
    cause,
    title: verdictTitle(cause).start,
    sentence: sentenceOf(wordsOf(found, say).statement),
    wouldDecide,
    seconds,
  }
}
