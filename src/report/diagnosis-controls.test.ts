import { describe, expect, it } from 'vitest'
import { trial } from '../../test/support/diagnosis-sample.ts'
import { tooLargeStep, undecided } from '../../test/support/diagnosis-samples.ts'
import { controlsOf, controlsTable } from './diagnosis-controls.ts'
import type { DiagnosisData } from './diagnosis-data.ts'

const data = tooLargeStep()
const tableOf = (of: DiagnosisData, width?: number) => controlsTable(of, controlsOf(of), width)
const none = { loss: null, error: null }

describe('The table of controls', () => {
  it('ends with the best linear model and guessing, without their losses', () => {
    const { columns, rows } = tableOf(data, 80)
    expect(columns.map(({ heading }) => heading)).toEqual([
      'control',
      'train loss',
      'train error',
      'test error',
      'seeds',
    ])
    expect(rows.slice(-2)).toEqual([
      ['best linear model', '', '14.5%', '21.6%', ''],
      ['guessing', '', '90.0%', '90.0%', ''],
    ])
  })

  it('has no row of guessing for values, and no baselines before the linear model was fitted', () => {
    const names = ({ rows }: ReturnType<typeof tableOf>) => rows.map(([name]) => name)
    expect(names(tableOf({ ...undecided(), linear: data.linear }))).toEqual([
      'network',
      'shallow twin',
      'rate / 3',
      'best linear model',
    ])
    expect(names(tableOf({ ...data, linear: null }))).not.toContain('guessing')
  })

  it('says why there is no linear model, and to how many samples it was fitted', () => {
    const skipped = { train: none, test: none, samples: 0, skipped: 'The fit of a linear model diverged.' }
    const without = tableOf({ ...data, linear: skipped })
    expect(without.notes).toContain('The fit of a linear model diverged.')
    expect(without.rows.at(-1)?.[0]).toBe('guessing')
    expect(without.rows.at(-2)?.[0]).toBe('shallow twin')
    const part = tableOf({ ...data, linear: { train: none, test: none, samples: 2000 } })
    expect(part.notes).toContain('The linear model was fitted to 2,000 of 10,000 training samples.')
    expect(tableOf(data).notes?.join(' ')).not.toContain('fitted')
  })

  it('counts the diverged trainings, and lists the scores of the others where the page has room', () => {
    expect(tableOf(data, 80).rows[0]).toEqual(['network', ...Array(3).fill('2 of 3 diverged'), '3'])
    expect(tableOf(data).rows[0].slice(1, 3)).toEqual(['2 of 3 diverged; 2.01', '2 of 3 diverged; 76.7%'])
    expect(tableOf(data, 80).notes?.[0]).toContain('Seed 3: train loss 2.01, train error 76.7% and test error 78.7%.')
    expect(tableOf(data).notes?.[0]).not.toContain('Seed 3')
  })

  it('leaves out the last scores of a regression if the terminal is too narrow for them', () => {
    const scores = { loss: 0.000562, error: 0.1, rmse: [1234.5] }
    const trials = [1, 2, 3].map((seed) => {
      const own = { ...scores, loss: scores.loss * (1 + seed), rmse: [1234.5 * seed] }
      return { ...trial('network', seed, 0.1), train: own, test: own }
    })
    const wide = { ...undecided(), trials }
    const headings = (width?: number) => tableOf(wide, width).columns.map(({ heading }) => heading)
    expect(headings(100)).toContain('test RMSE')
    expect(headings(70)).toEqual(['control', 'train loss', 'train R2', 'test R2', 'seeds'])
    expect(headings(30)).toEqual(['control', 'train loss', 'seeds'])
    expect(headings()).toContain('test RMSE')
  })

  it('has one row for a change at several rates, if only one rate was trained with all seeds', () => {
    const mended = [
      trial('free output', 1, 0.9),
      trial('free output, rate / 10', 1, 0.8),
      ...[1, 2, 3].map((seed) => trial('free output, rate x 10', seed, 0.1)),
      trial('float64', 1, 0.9),
      trial('float64, rate / 10', 1, 0.9),
    ]
    const found = controlsOf({ ...data, trials: [...data.trials, ...mended] })
    expect(found.map(({ control }) => control)).toEqual([
      'network',
      'rate / 10',
      'shallow twin',
      'free output, rate x 10',
      'float64',
      'float64, rate / 10',
    ])
    expect(found[3].notes).toEqual(['Trainings at 2 other rates with fewer seeds have no row.'])
    expect(found[4].notes).toEqual([])
  })
})
