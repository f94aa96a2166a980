/** The losses during training of the network, its shallow twin and the controls. */

import { isDrawable } from '../format/text.ts'
import { counted } from '../format/words.ts'
import { controlsOf, type ReportedControl } from './diagnosis-controls.ts'
import { type DiagnosisData, NETWORK, type ReportedTrial, TWIN } from './diagnosis-data.ts'
import { guessOf } from './guessing.ts'
import { type LineSeries, lineFigure } from './line-figure.ts'
import { axisWords, lossAxis } from './loss-axis.ts'
import type { PageFigure } from './page.ts'
import { type Axis, domainOf } from './scale.ts'

interface Size {
  readonly width: number
  readonly height: number
}

/**
 * Largest number of controls that share a panel with the network: more lines would tangle, and the palette has only six
 * colors.
 */
const MOST_TOGETHER = 4

/** Largest number of controls whose losses are drawn. The table and the figure of scores have all controls. */
export const MOST_CONTROLS = 8

/** The losses of the network, its twin and the measured cure in one panel, or null if no losses were stored. */
export function lossPicture(data: DiagnosisData, size: Size): PageFigure | null {
  const controls = controlsOf(data)
  const main = controls.filter((control) => isMain(control) || control.control === data.cure?.control)
  const shown = main.some(hasLosses) ? main : controls.filter(hasLosses).slice(0, MOST_TOGETHER)
  return figureOf(data, [{ title: 'Loss during training', controls: shown }], size)
}

/**
 * Draws all losses: first the network and its twin, if `withMain` is true, then panels of the network with up to
 * `MOST_TOGETHER` controls.
 */
export function lossFigure(data: DiagnosisData, withMain: boolean): PageFigure | null {
  const controls = controlsOf(data).filter(hasLosses)
  const network = controls.filter((control) => control.control === NETWORK)
  const others = controls.filter((control) => !isMain(control)).slice(0, MOST_CONTROLS)
  const panels = Math.ceil(others.length / MOST_TOGETHER)
  const chunks = Array.from({ length: panels }, (_, panel) => {
    return others.filter((_, index) => Math.floor((index * panels) / others.length) === panel)
  })
  const groups = [
    { title: 'The network and its twin', controls: withMain ? controls.filter(isMain) : [] },
    ...chunks.map((chunk) => ({ title: 'The network and its controls', controls: [...network, ...chunk] })),
  ]
  return figureOf(
    data,
    groups.filter((group) => group.controls.length > 0),
  )
}

interface Group {
  readonly title: string
  readonly controls: readonly ReportedControl[]
}

function figureOf(data: DiagnosisData, groups: readonly Group[], given?: Size): PageFigure | null {
  const runs = groups.flatMap((group) => group.controls.flatMap((control) => control.runs))
  const axis = lossAxis(runs)
  if (axis === null) return null
  const size = given ?? panelSize(groups.length)
  const broken = runs.some((run) => run.diverged) ? ' A cross marks the step at which a training diverged.' : ''
  const lines = data.seeds.length === 1 ? 'Each line is one training' : 'Each thin line is one seed'
  return {
    panels: groups.map((group) => panel(data, group, axis, size)),
    caption: `The mean loss of each batch before its update. ${lines}.${broken}${axisWords(axis, runs)}`,
  }
}

/**
 * The size of a panel, chosen so that a page shows all panels at about their natural size, with at most three panels in
 * a row.
 */
function panelSize(panels: number): Size {
  // A single wide panel would have tiny words on a phone.
  return panels <= 2 ? { width: 440, height: 300 } : { width: 310, height: 250 }
}

function panel({ steps, dataset }: DiagnosisData, { title, controls }: Group, axis: Axis, size: Size): string {
  const guess = guessOf(dataset)
  const ends = controls.flatMap(({ runs }) => runs.flatMap((run) => run.losses.map(({ step }) => step)))
  return lineFigure({
    title,
    description: controls.map(describe).join(' '),
    x: { label: 'Step', whole: true, domain: [0, domainOf([0, steps, ...ends])[1]] },
    y: axis,
    series: controls.flatMap((control, index) => {
      return control.runs.map((run) => lossLine(run, control, colorOf(control, index)))
    }),
    references: guess === null ? [] : [{ label: 'guessing', y: guess.loss }],
    ...size,
  })
}

function lossLine(run: ReportedTrial, { name, runs }: ReportedControl, color: number): LineSeries {
  return {
    name,
    note: `${name}, seed ${run.seed}`,
    color,
    thin: runs.length > 1,
    broken: run.diverged,
    points: run.losses.map(({ step, loss }) => ({ x: step, y: loss })),
  }
}

/**
 * The color of a control's lines. The network and its twin have the same two colors in every panel, and no other
 * control in a panel with the network uses either of these colors.
 */
function colorOf(control: ReportedControl, index: number): number {
  const { control: name } = control
  return name === NETWORK ? 0 : name === TWIN ? 1 : 1 + index
}

function describe({ name, runs }: ReportedControl): string {
  const broken = runs.filter((run) => run.diverged).length
  return `${name}: losses of ${counted(runs.length, 'training')}${broken === 0 ? '' : ` (${broken} diverged)`}.`
}

/** Whether a control is the network or its shallow twin, at the given rate. */
export function isMain(control: ReportedControl): boolean {
  return [NETWORK, TWIN].includes(control.control)
}

function hasLosses({ runs }: ReportedControl): boolean {
  return runs.some((run) => run.losses.some(({ loss }) => isDrawable(loss)))
}
