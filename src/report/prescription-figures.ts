/** The pictures of a prescription: the errors of the finalists, seed by seed, and their losses during training. */
import { counted } from '../format/words.ts'
import { guessedError, guessOf } from './guessing.ts'
import { lineFigure } from './line-figure.ts'
import { axisWords, lossAxis } from './loss-axis.ts'
import type { PageFigure } from './page.ts'
import { finalistNames, type PrescriptionData, type ReportedFinalRun } from './prescription-data.ts'
import { formatError } from './reported-scores.ts'
import { type RowFigure, rowFigure } from './row-figure.ts'
import { domainOf } from './scale.ts'
import { scoresOf } from './seed-scores.ts'

/** Width of the pictures in pixels. A wider picture would have tiny words on a phone. */
const WIDTH = 440

/** The main picture: the errors of the finalists, as an SVG file. Undefined if the final has not begun. */
export function errorPicture(data: PrescriptionData): string | undefined {
  return data.finalists.length === 0 ? undefined : rowFigure(errorSpec(data))
}

/** The figure of the errors of the finalists. */
export function errorFigure(data: PrescriptionData): PageFigure[] {
  const picture = errorPicture(data)
  if (picture === undefined) return []
  const marks = `Each dot is one training. The mark is the mean over ${counted(data.seeds.length, 'seed')}, and the bar is its 95% interval.`
  const isBroken = data.finalists.some(({ runs }) => runs.some(({ diverged }) => diverged !== null))
  const broken = isBroken ? ' A cross is a training that diverged.' : ''
  return [{ panels: [picture], caption: `${marks}${broken} ${guessedError(data.dataset)}` }]
}

type ErrorOf = (run: ReportedFinalRun) => number | null

function errorSpec(data: PrescriptionData): RowFigure {
  const names = finalistNames(data)
  const isTested = data.dataset.test > 0
  const errors: readonly (readonly [string, ErrorOf])[] = [
    ['training error', ({ train }) => train.error],
    ...(isTested ? [['test error', ({ test }: ReportedFinalRun) => test.error] as const] : []),
  ]
  const guess = guessOf(data.dataset)
  const described = data.finalists.map(({ runs }, index) => {
    return `${names[index]}: ${errors.map(([name, of]) => `${name} ${scoresOf(runs, of, formatError)}`).join(', ')}.`
  })
  return {
    title: 'Error of the finalists',
    description: described.join(' '),
    x: { label: data.dataset.classes === null ? 'Unexplained variance, 1 - R²' : 'Misclassified', percent: true },
    series: errors.map(([name]) => name),
    rows: data.finalists.map(({ runs }, index) => ({
      name: names[index],
      cells: errors.map(([, of]) =>
        runs.map((run) => ({ label: `seed ${run.seed}`, value: run.diverged === null ? of(run) : null })),
      ),
    })),
    references: guess === null ? [] : [{ label: 'guessing', x: guess.error }],
    broken: 'diverged',
    width: WIDTH,
  }
}

/** The losses of the finalists during training, or no figure without stored losses. */
export function lossFigures(data: PrescriptionData): PageFigure[] {
  const { finalists, dataset, steps } = data
  const runs = finalists.flatMap((finalist) => finalist.runs)
  const axis = lossAxis(runs)
  if (axis === null) return []
  const names = finalistNames(data)
  const guess = guessOf(dataset)
  const picture = lineFigure({
    title: 'Loss during training',
    description: finalists
      .map((one, index) => `${names[index]}: losses of ${counted(one.runs.length, 'training')}.`)
      .join(' '),
    x: { label: 'Step', whole: true, domain: [0, domainOf([0, steps])[1]] },
    y: axis,
    series: finalists.flatMap((finalist, color) =>
      finalist.runs.map((run) => ({
        name: names[color],
        note: `${names[color]}, seed ${run.seed}`,
        color,
        thin: true,
        broken: run.diverged !== null,
        points: run.losses.map(({ step, loss }) => ({ x: step, y: loss })),
      })),
    ),
    references: guess === null ? [] : [{ label: 'guessing', y: guess.loss }],
    width: WIDTH,
    height: 300,
  })
  const caption = `The mean loss of each batch before its update. Each thin line is one seed.${axisWords(axis, runs)}`
  return [{ panels: [picture], caption }]
}
