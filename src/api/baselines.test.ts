import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { preset } from '../../test/support/tiny-training.ts'
import { chain, dataset, dense, moons } from '../index.ts'
import { compare } from './compare.ts'
import { evaluate } from './evaluate.ts'
import { reportComparison } from './reports.ts'
import { resume } from './resume.ts'
import { resumeComparison } from './resume-comparison.ts'
import { reportEvaluation, reportTraining } from './score-report.ts'
import { train } from './train.ts'

const root = temporaryFolder()
const data = moons({ train: 200, test: 100 })
const network = preset('mlp:depth=1,width=8')
const asked = { data, threads: 1, steps: 20, batch: 32, baselines: true } as const

describe('the option baselines', () => {
  it('gives the errors of guessing and of the best linear model, and is off by default', async () => {
    const { baselines, ...run } = await train(network, asked)
    expect(baselines?.guessing).toEqual({ train: { error: 0.5 }, test: { error: 0.5 } })
    expect(baselines?.linear.samples).toBe(200)
    // The moons overlap along a line, so a linear model errs on about one in eight.
    expect(baselines?.linear.test.error).toBeGreaterThan(0.05)
    expect(baselines?.linear.test.error).toBeLessThan(0.2)
    const without = await train(network, { ...asked, baselines: false })
    expect(without).not.toHaveProperty('baselines')
    expect(without.weightsSha256).toBe(run.weightsSha256)
  })

  it('gives the same baselines to a training, an evaluation and a comparison', async () => {
    const { baselines, weights, statistics } = await train(network, asked)
    const evaluated = await evaluate(network, { data, weights, statistics, threads: 1, baselines: true })
    expect(evaluated.baselines).toEqual(baselines)
    const families = [{ name: 'mlp', label: 'plain', ofDepth: (depth: number) => preset(`mlp:depth=${depth},width=8`) }]
    const run = join(root, 'comparison')
    const compared = await compare(families, { ...asked, depths: [1], seeds: [0], run })
    expect(compared.baselines).toEqual(baselines)
    expect((await resumeComparison(run, { data, threads: 1, baselines: true })).baselines).toEqual(baselines)
  })

  it('is stored in the folder of the run, and a folder of an older version has no baselines', async () => {
    const run = join(root, 'stored')
    const { baselines } = await train(network, { ...asked, run })
    expect((await resume(run, { data })).baselines).toEqual(baselines)
    const file = join(run, 'result.json')
    const { baselines: _, ...older } = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify(older))
    const again = await resume(run, { data })
    expect(again).not.toHaveProperty('baselines')
    expect((await reportTraining(again, { data, threads: 1 })).html()).not.toContain('linear model')
  })

  it('puts the baselines into the pages of a training and of an evaluation', async () => {
    const run = await train(network, asked)
    const page = (await reportTraining(run, { data, threads: 1 })).html()
    expect(page).toContain('Beside simple models')
    expect(page).toContain('best linear model')
    const { weights, statistics } = run
    const scores = await evaluate(network, { data, weights, statistics, threads: 1, baselines: true })
    const facts = { network, data, weights, statistics, threads: 1 }
    expect((await reportEvaluation(scores, facts)).html()).toContain('best linear model')
    expect((await reportEvaluation(scores, { ...facts, isWhole: true })).html()).not.toContain('best linear model')
  })

  it('puts the baselines into the table, the notes and the pictures of a comparison', async () => {
    const families = [{ name: 'mlp', label: 'plain', ofDepth: (depth: number) => preset(`mlp:depth=${depth},width=8`) }]
    const grid = { depths: [1], seeds: [0] }
    const compared = await compare(families, { ...asked, ...grid, steps: 6 })
    const report = reportComparison(compared, { families, ...grid, data })
    const lines = report.text().split('\n')
    expect(lines.filter((line) => /^(linear model|guessing) /.test(line))).toHaveLength(2)
    expect(report.text().replace(/\s+/g, ' ')).toMatch(
      /On the training set, the best linear model has error [\d.]+%\. The plain network of 1 layers? is worse: error [\d.]+%\./,
    )
    expect(report.picture()).toContain('linear model')
    expect(report.html()).toContain('The best linear model misclassifies')
  })

  it('compares R2 of values, whose page has no row for guessing', async () => {
    const inputs = Array.from({ length: 200 }, (_, row) => [Math.sin(row), Math.cos(7 * row)])
    const values = dataset({ inputs, targets: inputs.map(([one, two]) => one - two * two), testFraction: 0.5 })
    const run = await train(chain(dense(4), dense(1)), { ...asked, data: values })
    const page = (await reportTraining(run, { data: values, threads: 1 })).html()
    expect(page).toContain('best linear model')
    expect(page).not.toContain('<td>guessing')
  })
})
