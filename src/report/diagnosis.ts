/**
 * The HTML report of a differential diagnosis, which answers why a deep network is worse than a shallow one.
 */
import { formatDuration, formatFixed } from '../format/text.ts'
import { counted, listed } from '../format/words.ts'
import { answerParts, seenParagraphs, untriedCures, wrongSentence } from './diagnosis-answer.ts'
import { controlsOf, controlsTable, formatEvidence, seedWords, setupItems } from './diagnosis-controls.ts'
import { type DiagnosisData, type DiagnosisFinding, NETWORK, TWIN } from './diagnosis-data.ts'
import {
  controlFigure,
  firstFigure,
  firstProfile,
  guessingSentence,
  mapFigures,
  profileFigures,
  showsLadderFirst,
} from './diagnosis-figures.ts'
import { ladderFigure, ladderTable } from './diagnosis-ladders.ts'
import { lossFigure } from './diagnosis-losses.ts'
import { outputFigure, worstClassTables } from './output-figures.ts'
import { type Fact, type PageGroup, type PageItem, renderPage } from './page.ts'
import { testSamples } from './reported-scores.ts'

export type { DiagnosisData } from './diagnosis-data.ts'
export { diagnosisText } from './diagnosis-text.ts'

/** The report of a diagnosis as one self-contained HTML page. */
export function diagnosisReport(data: DiagnosisData): string {
  return renderPage({
    title: heading(data),
    lead: wrongSentence(data),
    answer: answerParts(data).map((part) => ({
      ...part,
      below: part.below?.map((text) => text.replaceAll(' -> ', ' → ')),
    })),
    figures: [firstFigure(data)],
    groups: groups(data),
    tables: [],
    sections: [{ heading: 'How to read this report', paragraphs: reading(data) }],
    facts: facts(data),
  })
}

/** The main picture of a diagnosis, as an SVG file. */
export function diagnosisPicture(data: DiagnosisData): string {
  return firstFigure(data).panels[0]
}

/**
 * Largest number of characters of a network name in the heading. A network name that is too long for the heading
 * appears only in the summary and the facts.
 */
const LONGEST_NETWORK = 32

function heading({ network, title }: DiagnosisData): string {
  return network.length > LONGEST_NETWORK ? title.start : `${network}: ${title.inside}`
}

function groups(data: DiagnosisData): PageGroup[] {
  const curves = lossFigure(data, firstProfile(data) !== undefined || showsLadderFirst(data))
  const facts = (data.facts ?? []).map(({ sentence, remedy }) => ({ text: `${sentence} ${remedy}` }))
  const all: (PageGroup | null)[] = [
    seenGroup(data),
    groupOfItems('Before training', facts),
    ...data.findings.map(findingGroup),
    groupOfItems('Open questions', data.open.map(openItem)),
    controlsGroup(data),
    ladderGroup(data),
    groupOfFigures('Loss during training', curves === null ? [] : [curves]),
    groupOfFigures('Layer by layer during training', mapFigures(data)),
    outputsGroup(data),
    groupOfFigures('Layer by layer before and after training', profileFigures(data)),
    groupOfItems('Other cures, not tried here', untriedCures(data)),
    groupOfItems(
      'Papers',
      unique(data.findings.flatMap(({ papers }) => papers)).map((text) => ({ text })),
    ),
    exclusionsGroup(data),
  ]
  return all.filter((group) => group !== null)
}

/** What was seen, below the answer and the main picture, with the setup of the trainings. */
function seenGroup(data: DiagnosisData): PageGroup {
  return { heading: 'What was seen', paragraphs: [...seenParagraphs(data), `${setupItems(data).join(' · ')}.`] }
}

function exclusionsGroup({ ruledOut }: DiagnosisData): PageGroup | null {
  if (ruledOut.length === 0) return null
  const heading = `What it is not: ${counted(ruledOut.length, 'cause')} ruled out`
  return { heading, isFolded: true, items: ruledOut.map(ruledOutItem) }
}

function groupOfItems(heading: string, items: readonly PageItem[]): PageGroup | null {
  return items.length === 0 ? null : { heading, items }
}

function groupOfFigures(heading: string, figures: NonNullable<PageGroup['figures']>): PageGroup | null {
  return figures.length === 0 ? null : { heading, figures }
}

function controlsGroup(data: DiagnosisData): PageGroup | null {
  const figure = controlFigure(data)
  if (figure === null) return null
  const table = controlsTable(data, controlsOf(data))
  return { heading: 'Controls: one thing changed at a time', figures: [figure], tables: [table] }
}

/** The ladder of rates. The page shows the figure only once. */
function ladderGroup(data: DiagnosisData): PageGroup | null {
  const table = ladderTable(data)
  if (table === null) return null
  const drawn = showsLadderFirst(data) ? null : ladderFigure(data, { width: 440, height: 320 })
  return { heading: 'Learning rates', figures: drawn === null ? [] : [drawn], tables: [table] }
}

/** The predictions of the network and of its shallow twin. */
function outputsGroup(data: DiagnosisData): PageGroup | null {
  const { names, test } = data.dataset
  const groups = controlsOf(data).flatMap(({ runs }) =>
    [NETWORK, TWIN].includes(runs[0].control) ? [{ name: runs[0].control, runs }] : [],
  )
  const facts = { names, isTested: test > 0 }
  const drawn = outputFigure(groups, facts)
  if (drawn === null) return null
  const { heading = 'Predictions', ...own } = drawn
  return { heading, figures: [own], tables: worstClassTables(groups, facts) }
}

function ruledOutItem({ title, by, sentence }: DiagnosisData['ruledOut'][number]): PageItem {
  return { term: title, text: sentence, remark: `Ruled out by: ${by}` }
}

function openItem({ title, wouldDecide, seconds }: DiagnosisData['open'][number]): PageItem {
  const cost = seconds === null ? '' : `, about ${formatDuration(seconds)}`
  return { term: title, text: `Would be decided by: ${wouldDecide}${cost}` }
}

function findingGroup({ title, score, sentence, evidence }: DiagnosisFinding): PageGroup {
  const rows = evidence.map(({ name, value, limit, unit, words }) => {
    return [name, formatEvidence(value, unit), formatEvidence(limit, unit), words]
  })
  const columns = [
    { heading: 'evidence', prose: true },
    { heading: 'measured', numeric: true },
    { heading: 'limit', numeric: true },
    { heading: 'description', prose: true },
  ]
  return {
    heading: title,
    paragraphs: [`${sentence} Score: ${formatFixed(score, 2)} of 1.`],
    tables: rows.length === 0 ? [] : [{ columns, rows }],
  }
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}

function reading(data: DiagnosisData): string[] {
  const values =
    'The error is the fraction of the variance that the network leaves unexplained (1 - R²). ' +
    'A perfect prediction has an error of 0%, and errors above 100% are possible.'
  return [
    'The training error shows whether training found good weights. ' +
      'The test error shows how good the weights are on samples that were not used in training. ' +
      'A network that is worse than its shallow twin on the training set itself is not overfitting.',
    'A control is the same training with one thing changed. ' +
      'If the network recovers, the changed setting was part of the cause. ' +
      'If the network still fails, the changed setting was not part of the cause. ' +
      'The score of a cause ranges from 0 (no evidence for the cause) to 1. ' +
      'The limits (thresholds) in the evidence were set by measuring networks that train well.',
    `${guessingSentence(data)}${data.dataset.classes === null ? ` ${values}` : ''}`,
  ]
}

function facts(data: DiagnosisData): Fact[] {
  const { dataset, steps, batch, optimizer, seeds, seconds, budgetSeconds } = data
  const samples = `${counted(dataset.train, 'training sample')}, ${testSamples(dataset.test)}, ${dataset.asks}`
  const passes = formatFixed((steps * batch) / dataset.train, 1)
  const budget = Number.isFinite(budgetSeconds) ? ` of a budget of ${formatDuration(budgetSeconds)},` : ''
  return [
    ...(data.command === undefined ? [] : [{ term: 'Command', detail: data.command, code: true }]),
    { term: 'Network', detail: data.network, code: true },
    { term: 'Data', detail: `${dataset.name}: ${samples}` },
    {
      term: 'Training',
      detail: `${counted(steps, 'step')} of ${batch} samples (${passes} passes over the training set), ${optimizer}`,
    },
    {
      term: seeds.length === 1 ? 'Seed' : 'Seeds',
      detail: seeds.length === 1 ? String(seeds[0]) : `${listed(seeds.map(String))}: ${seedWords(data)}`,
    },
    { term: 'Mode', detail: data.mode },
    ...(data.notes ?? []).map((note) => ({ term: 'Note', detail: note })),
    { term: 'Time', detail: `${formatDuration(seconds)}${budget} for ${counted(data.trials.length, 'training')}` },
    ...(data.interrupted ? [{ term: 'Stopped', detail: `after ${formatDuration(seconds)}` }] : []),
    { term: 'Version', detail: `Isobath ${data.version}` },
  ]
}
