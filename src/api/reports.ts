/** Comparisons and diagnoses as text, as a page with pictures, and as the picture that says most. */
import type { Mode } from '../backends/machine.ts'
import { checkSamples } from '../data/check-samples.ts'
import { type Dataset, outputsOf, taskOf } from '../data/dataset.ts'
import { usualBudget } from '../diagnosis/plan.ts'
import type { Diagnosis } from '../diagnosis/summary.ts'
import { verdictTitle } from '../diagnosis/wording/causes.ts'
import { comparisonPicture, comparisonReport, comparisonText } from '../report/comparison.ts'
import { diagnosisPicture, diagnosisReport, diagnosisText } from '../report/diagnosis.ts'
import { describeRecipe } from '../settings/describe.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, pickOptions } from '../support/fields.ts'
import { number, text } from '../support/kinds.ts'
import { version } from '../support/version.ts'
import { callOptions } from './call-options.ts'
import type { Comparison } from './carry-out-comparison.ts'
import type { CompareOptions, NetworkFamily } from './compare.ts'

export interface Report {
  readonly text: () => string
  /** A page by itself: nothing is loaded from elsewhere. */
  readonly html: () => string
  /** The picture that says most, as SVG. */
  readonly picture: () => string
}

/** What a report says besides what came out. */
export interface ReportFacts {
  readonly data: Dataset
  /** The command that made it, where one did. */
  readonly command?: string
}

export interface ComparisonReportFacts extends ReportFacts, Pick<CompareOptions, 'depths' | 'seeds'> {
  readonly families: readonly Pick<NetworkFamily, 'name' | 'label'>[]
}

export interface DiagnosisReportFacts extends ReportFacts {
  /** What the network is called; `network` by default. */
  readonly label?: string
  /** Seconds that the diagnosis was allowed to take; 120 by default, as in `diagnose`. */
  readonly budget?: number
}

/** `reportComparison(comparison, { families, data, depths, seeds }).html()`, with what `compare` was given. */
export function reportComparison(comparison: Comparison, facts: ComparisonReportFacts): Report {
  checkResult('reportComparison', comparison, ['rows', 'sentence', 'settings', 'mode'])
  checkFacts(facts)
  const { rows, sentence, settings, mode, seconds, interrupted } = comparison
  const { families, depths, seeds, data, command } = facts
  checkLists({ families, depths, seeds })
  const stopped = interrupted ? ' Stopped before all trainings were done: this is what there was.' : ''
  const report = {
    command,
    dataset: describeSet(data),
    steps: settings.steps,
    batch: settings.batch,
    optimizer: describeRecipe(settings),
    seconds,
    version,
    mode: modeText(mode),
    families: families.map(({ name, label }) => ({ name, label })),
    depths,
    seeds,
    rows,
    sentence: `${sentence}${stopped}`,
  }
  return {
    text: () => (rows.length > 0 ? comparisonText(report) : 'Stopped before the first training was done.'),
    html: () => comparisonReport(report),
    picture: () => comparisonPicture(report),
  }
}

/** `reportDiagnosis(diagnosis, { data, label: 'mlp:depth=60' }).html()`, with what `diagnose` was given. */
export function reportDiagnosis(diagnosis: Diagnosis, facts: DiagnosisReportFacts): Report {
  checkResult('reportDiagnosis', diagnosis, ['verdict', 'trials', 'settings', 'mode'])
  checkFacts(facts)
  const { settings, trials, mode } = diagnosis
  const { data, command, label = 'network', budget = usualBudget } = facts
  const report = {
    ...diagnosis,
    title: verdictTitle(diagnosis.verdict),
    command,
    version,
    mode: modeText(mode),
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
    text: () => diagnosisText(report),
    html: () => diagnosisReport(report),
    picture: () => diagnosisPicture(report),
  }
}

/** What outputs are, and what they are worth that know nothing of the inputs. */
function describeSet(data: Dataset) {
  const facts = { name: data.name, train: data.train.count, test: data.test.count }
  const task = taskOf(data)
  const outputs = outputsOf(data)
  if (task === 'classification') return { ...facts, classes: outputs, asks: `${outputs} classes` }
  if (task === 'autoencoding') return { ...facts, classes: null, asks: 'inputs given back' }
  return { ...facts, classes: null, asks: outputs === 1 ? '1 value to predict' : `${outputs} values to predict` }
}

function modeText({ backend, precision, exact, winograd }: Mode): string {
  const isWasm = backend === 'wasm'
  const own = isWasm && !winograd ? ["without Winograd's algorithm"] : []
  return [...(isWasm ? [] : [backend]), precision, ...(exact ? ['exact'] : []), ...own].join(', ')
}

/** Throws an `option` error where that isn't what `compare` or `diagnose` gives. */
function checkResult(verb: string, result: object, keys: readonly string[]): void {
  if (typeof result === 'object' && result !== null && keys.every((key) => key in result)) return
  const from = verb === 'reportComparison' ? 'compare' : 'diagnose'
  throw new IsobathError('option', `${verb}: expected what ${from} gives, got ${describeValue(result)}.`)
}

const factFields = {
  data: callOptions.data,
  command: field(text()),
  label: field(text()),
  budget: field(number('seconds above 0', (seconds) => seconds > 0)),
} satisfies Fields

/** Throws an `option` error, or a `data` error where the samples aren't what the data set says. */
function checkFacts(facts: ReportFacts): void {
  const { data } = pickOptions(factFields, facts ?? {})
  checkSamples(data)
}

/** Throws an `option` error. Folders of older versions may say a depth twice. */
function checkLists(lists: Readonly<Record<string, unknown>>): void {
  for (const [key, list] of Object.entries(lists)) {
    if (Array.isArray(list) && list.length > 0) continue
    throw new IsobathError('option', `${key}: expected a list, as compare was given it, got ${describeValue(list)}.`)
  }
}
