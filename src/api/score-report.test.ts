import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import type { Dataset, Samples } from '../data/dataset.ts'
import { moons } from '../data/planar.ts'
import { chain, dense } from '../network/layers.ts'
import { evaluate } from './evaluate.ts'
import { reportEvaluation, reportTraining } from './score-report.ts'
import { train } from './train.ts'

/** Samples whose target is 1000 + 50 x0 - 30 x1. */
function plane(count: number): Samples {
  const { inputs } = moons({ train: count, test: 1 }).train
  const targets = Float32Array.from(
    { length: count },
    (_, row) => 1000 + 50 * inputs[2 * row] - 30 * inputs[2 * row + 1],
  )
  return { count, inputs, labels: new Uint8Array(0), targets }
}

const values: Dataset = {
  name: 'plane',
  shape: [2],
  classes: 0,
  targetNames: ['height'],
  train: plane(60),
  test: plane(1600),
}

const threads = 1

describe('the report of a training', () => {
  it('draws predictions of at most 1,500 samples in the unit of the target', async () => {
    const network = chain(dense(1))
    const run = await train(network, { data: values, steps: 150, batch: 20, threads })
    const report = await reportTraining(run, { data: values, label: 'a plane', threads })
    const page = report.html()
    expect(verifyMarkup(page)).toEqual([])
    expect(page).toContain('a plane on plane')
    expect(page).toContain('1,500 of 1,600 samples, chosen at random')
    expect(report.picture()).toContain('1,500 samples as points')
    // The network is exact, so both axes have the unit of the target.
    expect(report.picture()).toMatch(/>1,000<|>1,020</)
    const scores = await evaluate(network, { data: values, weights: run.weights, statistics: run.statistics, threads })
    const { weights, statistics } = run
    const again = await reportEvaluation(scores, { data: values, network, weights, statistics, threads })
    expect(again.picture()).toBe(report.picture())
  })

  it('is refused for a run that was stopped', async () => {
    const stopped = { ...(await train(chain(dense(1)), { data: values, steps: 1, threads })), interrupted: true }
    expect(await laterRefusal(() => reportTraining(stopped, { data: values }))).toMatch(/a run that was stopped/)
  })
})
