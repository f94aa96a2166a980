import { describe, expect, it } from 'vitest'
import { tableText } from '../format/table.ts'
import type { ReportedScores } from './reported-scores.ts'
import { balanceSentence, confusionTable, scoreWords, worstClasses, worstWords } from './score-words.ts'

const classes = { areValues: false }
const values = { areValues: true, targetNames: ['price', 'tax'] }

/** Scores that follow from a confusion matrix. */
function scoresOf(confusion: readonly (readonly number[])[]): ReportedScores {
  const classSamples = confusion.map((row) => row.reduce((sum, count) => sum + count, 0))
  const total = classSamples.reduce((sum, count) => sum + count, 0)
  const right = confusion.reduce((sum, row, label) => sum + row[label], 0)
  const recall = confusion.map((row, label) => row[label] / classSamples[label])
  const balancedAccuracy = recall.reduce((sum, value) => sum + value, 0) / recall.length
  return { loss: 0.1234, error: 1 - right / total, balancedAccuracy, classSamples, recall, confusion }
}

describe('the scores of a set in words', () => {
  it('are the accuracy and the error for classes, with the five largest outputs if they are scored', () => {
    expect(scoreWords({ loss: 0.123456, error: 0.0359 }, classes, 10_000)).toEqual([
      'accuracy 96.41%, error 3.59%, loss 0.1235, 10,000 samples',
    ])
    expect(scoreWords({ loss: 2, error: 0.3, topFiveAccuracy: 0.91 }, classes)).toEqual([
      'accuracy 70.00%, top-5 accuracy 91.00%, error 30.00%, loss 2.000',
    ])
    expect(scoreWords({ loss: null, error: null }, classes, 1)).toEqual(['loss not finite, 1 sample'])
  })

  it('are R2, RMSE and MAE of each target in its unit for values', () => {
    const one = { loss: 0.2187, error: 0.219, r2: [0.781], rmse: [55_312.4], mae: [38_210.2] }
    expect(scoreWords(one, values, 4128)).toEqual([
      'price: R2 0.781, RMSE 55,312, MAE 38,210, loss 0.2187, 4,128 samples',
    ])
    const two = { loss: 0.3, error: 0.25, r2: [0.99987, null], rmse: [1234567, 0.01234], mae: [1e6, 0.01] }
    expect(scoreWords(two, values, 10)).toEqual([
      'R2 0.750 over 2 targets, loss 0.3000, 10 samples',
      '  price: R2 0.99987, RMSE 1,234,567, MAE 1,000,000',
      '  tax: R2 unknown, RMSE 0.01234, MAE 0.01000',
    ])
  })

  it('show at most eight targets, and R2 alone for an autoencoder', () => {
    const many = { loss: 1, error: 0.5, rmse: Array.from({ length: 11 }, () => 1) }
    const lines = scoreWords(many, { areValues: true })
    expect(lines).toHaveLength(10)
    expect(lines[1]).toBe('  output 1: RMSE 1.000')
    expect(lines[9]).toBe('  and 3 more targets, which --json shows')
    expect(scoreWords({ loss: 0.5, error: 0.1 }, { areValues: true })).toEqual(['R2 0.900, loss 0.5000'])
  })
})

describe('the worst classes', () => {
  it('are those whose error is much larger than that of the whole set, with the class that is given instead', () => {
    const scores = scoresOf([
      [98, 1, 1],
      [2, 97, 1],
      [20, 3, 77],
    ])
    expect(worstClasses(scores)).toEqual([{ label: 2, recall: 0.77, takenFor: 0 }])
    expect(worstWords(scores, { areValues: false, classNames: ['cat', 'dog', 'fox'] })).toEqual([
      'class fox, 77.0% right, mostly taken for cat',
    ])
  })

  it('are none if the classes differ no more than chance explains', () => {
    const even = scoresOf([
      [9, 1, 0],
      [0, 8, 2],
      [1, 0, 9],
    ])
    expect(worstClasses(even)).toEqual([])
    expect(worstClasses({ loss: 1, error: 0.2 })).toEqual([])
  })

  it('name no other class if the mistakes are spread', () => {
    const spread = scoresOf([
      [100, 0, 0, 0, 0],
      [0, 100, 0, 0, 0],
      [0, 0, 100, 0, 0],
      [0, 0, 0, 100, 0],
      [10, 10, 10, 10, 60],
    ])
    expect(worstClasses(spread)).toEqual([{ label: 4, recall: 0.6, takenFor: null }])
  })
})

describe('the balance of the classes', () => {
  it('is told if the largest class has more than three times the samples of the smallest', () => {
    const rare = scoresOf([
      [95, 0],
      [5, 0],
    ])
    expect(balanceSentence(rare, { areValues: false, classNames: ['no', 'yes'] })).toBe(
      '95.0% of the samples have the class no. The balanced accuracy, the mean over the classes, is 50.00%.',
    )
    const even = scoresOf([
      [30, 0],
      [5, 5],
    ])
    expect(balanceSentence(even, classes)).toBeUndefined()
  })
})

describe('the table of confusions', () => {
  it('has a row for each true class and a column for each predicted class, up to 12 classes', () => {
    const scores = scoresOf([
      [1500, 20],
      [3, 7],
    ])
    const table = confusionTable(scores, { areValues: false, classNames: ['no', 'yes'] })
    expect(table && tableText(table)).toMatchInlineSnapshot(`
      "true class     no  yes  right
      ──────────  ─────  ───  ─────
      no          1,500   20  98.7%
      yes             3    7  70.0%"
    `)
    const many = Array.from({ length: 13 }, () => new Array<number>(13).fill(1))
    expect(confusionTable(scoresOf(many), classes)).toBeUndefined()
    expect(confusionTable({ loss: 1, error: 0.2 }, classes)).toBeUndefined()
  })
})
