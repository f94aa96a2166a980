import { describe, expect, it } from 'vitest'
import { tableText } from '../format/table.ts'
import { baselineTable, baselineWords, linearErrors, type ReportedBaselines } from './baseline-words.ts'

const scores = (train: number, test: number | null, rmse?: number) => ({
  train: { loss: 1, error: train, ...(rmse === undefined ? {} : { rmse: [rmse] }) },
  test: { loss: 1, error: test, ...(rmse === undefined ? {} : { rmse: [rmse] }) },
})
const classes: ReportedBaselines = { guessing: scores(0.9, 0.91), linear: { ...scores(0.081, 0.086), samples: 60_000 } }
const values: ReportedBaselines = { guessing: scores(1, 1), linear: { ...scores(0.2, 0.22, 44_875), samples: 4000 } }
const untested: ReportedBaselines = { guessing: scores(0.9, null), linear: { ...scores(0.081, null), samples: 500 } }
const why = 'A linear model has 9 weights here, and its fit would take too long.'
const skipped: ReportedBaselines = {
  ...classes,
  linear: { train: { loss: null, error: null }, test: { loss: null, error: null }, samples: 0, skipped: why },
}
const ofClasses = { areValues: false }
const ofValues = { areValues: true }

describe('baselineWords', () => {
  it('gives the errors of classes and R2 of values, and names a part of the samples and a skipped model', () => {
    const lines = [
      baselineWords(classes, ofClasses, 60_000),
      baselineWords(values, ofValues, 4000),
      baselineWords(untested, ofClasses, 2000),
      baselineWords(skipped, ofClasses, 2000),
    ]
    expect(lines.map((texts) => texts.map(({ heading, text }) => `${heading} ${text}`))).toMatchInlineSnapshot(`
      [
        [
          "linear a linear model: training error 8.10%, test error 8.60%",
          "guess always the largest class: training error 90.00%, test error 91.00%",
        ],
        [
          "linear a linear model: training R2 0.800, test R2 0.780",
        ],
        [
          "linear a linear model fitted to 500 of 2,000 samples: training error 8.10%",
          "guess always the largest class: training error 90.00%",
        ],
        [
          "linear A linear model has 9 weights here, and its fit would take too long.",
          "guess always the largest class: training error 90.00%, test error 91.00%",
        ],
      ]
    `)
  })
})

describe('linearErrors', () => {
  it('is a sentence for classes and for values, and undefined without a linear model', () => {
    const all = [
      { classes: 10, baselines: classes },
      { classes: null, baselines: values },
      { classes: 10, baselines: untested },
      { classes: 10, baselines: skipped },
      { classes: 10 },
    ]
    expect(all.map(linearErrors)).toMatchInlineSnapshot(`
      [
        "The best linear model misclassifies 8.1% of the training samples and 8.6% of the test samples.",
        "The best linear model leaves 20.0% of the variance unexplained on the training set, and 22.0% on the test set.",
        "The best linear model misclassifies 8.1% of the training samples.",
        undefined,
        undefined,
      ]
    `)
  })
})

describe('baselineTable', () => {
  it('has a row for the network and for each baseline', () => {
    const tables = [
      baselineTable(scores(0.02, 0.03), classes, ofClasses, 60_000),
      baselineTable(scores(0.1, 0.15, 30_000), values, ofValues, 4000),
      baselineTable(scores(0.02, null), untested, ofClasses, 2000),
      baselineTable(scores(0.02, 0.03), skipped, ofClasses, 2000),
    ]
    expect(tables.map((table) => tableText(table)).join('\n\n')).toMatchInlineSnapshot(`
      "Beside simple models

      model              training error  test error
      ─────────────────  ──────────────  ──────────
      this network                2.00%       3.00%
      best linear model           8.10%       8.60%
      guessing                   90.00%      91.00%

      Beside simple models

      model              training R²  test R²  test RMSE
      ─────────────────  ───────────  ───────  ─────────
      this network             0.900    0.850     30,000
      best linear model        0.800    0.780     44,875

      Beside simple models

      model              training error
      ─────────────────  ──────────────
      this network                2.00%
      best linear model           8.10%
      guessing                   90.00%

      The linear model was fitted to 500 of 2,000 samples.

      Beside simple models

      model         training error  test error
      ────────────  ──────────────  ──────────
      this network           2.00%       3.00%
      guessing              90.00%      91.00%

      A linear model has 9 weights here, and its fit would take too long."
    `)
  })
})
