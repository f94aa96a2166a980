/** The ladders of rates in a diagnosis: the trainings of the network and its twins at several rates, as figure and table. */
import type { Table } from '../format/table.ts'
import { isDrawable } from '../format/text.ts'
import { listed, number } from '../format/words.ts'
import {
  type DiagnosisData,
  NETWORK,
  type ReportedLadder,
  type ReportedRung,
  type ReportedTrial,
  TWIN,
} from './diagnosis-data.ts'
import { guessOf } from './guessing.ts'
import type { PageFigure } from './page.ts'
import { type RatePoint, type RateSeries, rateFigure } from './rate-figure.ts'
import { formatLoss } from './reported-scores.ts'
import { domainOf, roundOutward } from './scale.ts'
import { type ScoreColumn, scoreColumns } from './score-columns.ts'
import { scoresOf } from './seed-scores.ts'

interface Size {
  readonly width: number
  readonly height: number
}

/**
 * Names of the controls that only the ladder shows: short trainings, and whole trainings at rates other than the given
 * one. A rate has a row among the controls if the rate is the best one of its network, or if all seeds were trained.
 */
export function controlsOfLadders({ ladders = [], seeds }: DiagnosisData): ReadonlySet<string> {
  const hidden = ladders.flatMap(({ rungs, givenRate, bestRate }) =>
    rungs.filter(({ kind, rate, seeds: made }) => {
      const isShown = rate === givenRate || rate === bestRate || (seeds.length > 1 && made >= seeds.length)
      return kind === 'short' || !isShown
    }),
  )
  return new Set(hidden.map(({ control }) => control))
}

/** The figure of the training losses against the rate, or null if no network was trained at several rates. */
export function ladderFigure(data: DiagnosisData, size: Size): PageFigure | null {
  const { ladders = [] } = data
  const values = ladders.flatMap(({ rungs }) => rungs.flatMap((rung) => lossesOf(data, rung)))
  if (ladders.length === 0) return null
  const guess = guessOf(data.dataset)
  const y = lossDomain(values, guess?.loss ?? null)
  const panel = rateFigure({
    title: 'Training loss by learning rate',
    description: ladders.map(describe).join(' '),
    y: { label: 'Training loss', ...y },
    series: ladders.map((ladder) => seriesOf(data, ladder)),
    references: guess === null ? [] : [{ label: 'guessing', y: guess.loss }],
    marked: markedRates(ladders),
    ...size,
  })
  return { panels: [panel], caption: captionOf(data, values, y.domain[1]) }
}

/** The given rate and the best rates, with labels such as `given: 3` and `best: 0.3`. */
function markedRates(ladders: readonly ReportedLadder[]): { readonly label: string; readonly rate: number }[] {
  const isShared = new Set(ladders.map(({ bestRate }) => bestRate)).size === 1
  const wordsAt = (rate: number): string[] => [
    ...(rate === ladders[0].givenRate ? ['given'] : []),
    ...ladders
      .filter(({ bestRate }) => bestRate === rate)
      .map(({ network }) => (isShared || network === NETWORK ? 'best' : `${network}'s best`)),
  ]
  const rates = new Set([ladders[0].givenRate, ...ladders.map(({ bestRate }) => bestRate)])
  return [...rates].map((rate) => ({ label: `${[...new Set(wordsAt(rate))].join(', ')}: ${rateText(rate)}`, rate }))
}

/** The losses of the trainings at one rate. A diverged training has a null. */
function lossesOf(data: DiagnosisData, rung: ReportedRung): (number | null)[] {
  return trialsOf(data, rung).map((trial) => (trial.diverged ? null : trial.train.loss))
}

const trialsOf = ({ trials }: DiagnosisData, { control }: ReportedRung): ReportedTrial[] =>
  trials.filter((trial) => trial.control === control)

/**
 * The axis of the losses. A loss far above that of guessing, or far above the median of values without a loss of
 * guessing, is drawn at the end of the axis. Such a loss would flatten the rest of the picture.
 */
function lossDomain(
  values: readonly (number | null)[],
  guess: number | null,
): { readonly scale: 'log' | 'linear'; readonly domain: readonly [number, number] } {
  const losses = values.filter(isDrawable)
  const [low, high] = domainOf(losses)
  const median = losses.toSorted((one, other) => one - other)[Math.floor(losses.length / 2)] ?? high
  const usual = guess === null || guess < low ? median : guess
  const top = usual > 0 ? Math.min(high, 4 * usual) : high
  const scale = low > 0 && low < top / 20 ? 'log' : 'linear'
  return { scale, domain: roundOutward(domainOf([scale === 'log' ? low : Math.min(0, low), top], scale), scale, 5) }
}

function seriesOf(data: DiagnosisData, { network, rungs }: ReportedLadder): RateSeries {
  const pointsOf = (kind: ReportedRung['kind']): RatePoint[] =>
    rungs
      .filter((rung) => rung.kind === kind)
      .map((rung) => {
        const values = lossesOf(data, rung)
        const notes = trialsOf(data, rung).map(({ seed }, index) => {
          const value = values[index]
          const loss = value === null ? 'diverged' : `loss ${number(value)}`
          return `${network}, rate ${number(rung.rate)}, ${kind} training, seed ${seed}: ${loss}`
        })
        return { rate: rung.rate, values, notes }
      })
  // The network and its twin have the colors of the other pictures.
  const color = network === NETWORK ? 0 : network === TWIN ? 1 : 2
  return { name: network, color, short: pointsOf('short'), whole: pointsOf('whole') }
}

function describe({ network, rungs }: ReportedLadder): string {
  const of = (kind: ReportedRung['kind']): string =>
    listed(
      rungs
        .filter((rung) => rung.kind === kind)
        .map(
          ({ rate, loss, diverged }) =>
            `${diverged > 0 || loss === null ? 'diverged' : number(loss)} at ${number(rate)}`,
        ),
    )
  const whole = rungs.some(({ kind }) => kind === 'whole') ? ` Whole trainings: ${of('whole')}.` : ''
  const short = rungs.some(({ kind }) => kind === 'short') ? ` Short trainings: ${of('short')}.` : ''
  return `${network}, training loss by rate.${short}${whole}`
}

function captionOf(data: DiagnosisData, values: readonly (number | null)[], top: number): string {
  const cut = values.some((value) => value !== null && value > top)
    ? ' Losses above the axis are drawn at its end.'
    : ''
  const broken = values.includes(null) ? ' A cross marks a training that diverged.' : ''
  const seeds = data.seeds.length > 1 ? ', one for each seed' : ''
  return (
    'The line connects short trainings with the first seed, whose rate decays to 0. ' +
    `The large marks are whole trainings${seeds}.${broken}${cut}`
  )
}

/** The table of the ladders: one row for each network and rate, or null if no network was trained at several rates. */
export function ladderTable(data: DiagnosisData): Table | null {
  const { ladders = [] } = data
  if (ladders.length === 0) return null
  const isOfTraining = ({ set, heading }: ScoreColumn) => set === 'train' && /error|R2/.test(heading)
  const scores = scoreColumns(data.dataset.classes, data.trials).filter(isOfTraining)
  const rows = ladders.flatMap((ladder) => {
    const rates = [...new Set(ladder.rungs.map(({ rate }) => rate))].sort((one, other) => one - other)
    return rates.map((rate) => rowOf(data, ladder, rate, scores))
  })
  return {
    columns: [
      { heading: 'network' },
      { heading: 'rate', numeric: true },
      { heading: 'short loss', numeric: true },
      { heading: 'train loss', numeric: true },
      ...scores.map(({ heading }) => ({ heading, numeric: true })),
      { heading: 'seeds', numeric: true },
      { heading: '' },
    ],
    rows,
    notes: [
      'The short loss is the training loss after a short training whose rate decays to 0.',
      'The best rate is the given rate unless another rate is clearly better with all seeds.',
    ],
  }
}

/** A rate without a power of ten, such as `0.0003`: a narrow page would break a line within `3.0e-4`. */
const rateText = (rate: number): string => String(Number(rate.toPrecision(3)))

function rowOf(data: DiagnosisData, ladder: ReportedLadder, rate: number, scores: readonly ScoreColumn[]): string[] {
  const at = (kind: ReportedRung['kind']): ReportedTrial[] =>
    ladder.rungs.filter((rung) => rung.kind === kind && rung.rate === rate).flatMap((rung) => trialsOf(data, rung))
  const [short, whole] = [at('short'), at('whole')]
  const marks = [...(rate === ladder.givenRate ? ['given'] : []), ...(rate === ladder.bestRate ? ['best'] : [])]
  return [
    ladder.network,
    rateText(rate),
    scoresOf(short, ({ train }) => train.loss, formatLoss),
    scoresOf(whole, ({ train }) => train.loss, formatLoss),
    ...scores.map(({ value, format }) => scoresOf(whole, value, format)),
    whole.length === 0 ? '' : String(whole.length),
    marks.join(', '),
  ]
}
