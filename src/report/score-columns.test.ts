import { describe, expect, it } from 'vitest'
import { balanceNotes, scoreColumns } from './score-columns.ts'

const names = { areValues: false, classNames: ['no', 'yes'] }

function run(samples: number[], balancedAccuracy = 0.6) {
  const scores = { loss: 0.2, error: 0.05, balancedAccuracy, classSamples: samples }
  return { train: scores, test: scores }
}

const headings = (classes: number | null, runs: Parameters<typeof scoreColumns>[1]): string[] =>
  scoreColumns(classes, runs).flatMap(({ heading, isExtra }) => (isExtra ? [] : [heading]))

describe('the columns of scores', () => {
  it('have the balanced accuracy if one class has most of the samples', () => {
    const runs = [run([950, 50])]
    expect(headings(2, runs)).toEqual(['train error', 'test error', 'balanced accuracy'])
    expect(
      scoreColumns(2, runs)
        .find(({ heading }) => heading.startsWith('balanced'))
        ?.value(runs[0]),
    ).toBe(0.6)
    const all = scoreColumns(2, runs).map(({ heading }) => heading)
    expect(all).toEqual(['train loss', 'train error', 'test error', 'balanced accuracy'])
    expect(balanceNotes(runs, names)).toEqual([
      '95.0% of the test samples have the class no. Always answering no has a balanced accuracy, the mean over the classes, of 50.0%.',
    ])
  })

  it('have the balanced accuracy of the training set if there are no test samples', () => {
    const runs = [{ ...run([950, 50]), test: { loss: null, error: null } }]
    expect(headings(2, runs)).toEqual(['train error', 'test error', 'balanced accuracy'])
    expect(scoreColumns(2, runs).at(-1)?.set).toBe('train')
    expect(balanceNotes(runs, names)[0]).toContain('of the training samples')
  })

  it('have no balanced accuracy for classes of about equal sizes and for values', () => {
    expect(headings(2, [run([500, 480])])).toEqual(['train loss', 'train error', 'test error'])
    expect(balanceNotes([run([500, 480])], names)).toEqual([])
    expect(headings(null, [{ train: { loss: 1, error: 1 }, test: { loss: 1, error: 1, rmse: [3] } }])).toEqual([
      'train R2',
      'test R2',
      'test RMSE',
    ])
  })
})
