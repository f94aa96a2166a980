/** Tests of the public API as the documentation uses it: one import, from data to trained weights and back. */
import { describe, expect, it } from 'vitest'
import * as isobath from '../../src/index.ts'
import { laterRefusal } from '../support/refusal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { verifyMarkup } from '../support/verify-markup.ts'

const {
  chain,
  compare,
  count,
  createBlueprint,
  dense,
  diagnose,
  evaluate,
  glyphs,
  momentum,
  moons,
  relu,
  repeat,
  residual,
} = isobath
const {
  initialize,
  networkFromJson,
  parseNetwork,
  readRun,
  reportComparison,
  reportDiagnosis,
  show,
  summaryTable,
  train,
  withDepth,
} = isobath

const root = temporaryFolder()

describe('the public API', () => {
  it('trains the example network of the documentation', async () => {
    // The network of docs/library.md, whose multiplier lets 50 layers learn, with fewer samples.
    const multiplier = 1 / 50
    const deep = chain(dense(64), relu(), repeat(50, residual(chain(dense(64), relu()), { multiplier })), dense(10))
    const data = glyphs({ train: 1000, test: 200 })
    const run = await train(deep, { data, optimizer: momentum({ rate: 0.03 }), steps: 60 })
    expect(run.losses).toHaveLength(60)
    // Guessing has a loss of ln 10 = 2.3 and an error of 90%.
    expect(run.losses[59].loss).toBeLessThan(1)
    expect(run.test.error).toBeLessThan(0.6)
    expect(run.diverged).toBeNull()
  })

  it('reports an exploding signal for the example network without a multiplier', async () => {
    const deep = chain(dense(64), relu(), repeat(50, residual(chain(dense(64), relu()))), dense(10))
    const data = glyphs({ train: 256, test: 100 })
    const { signal, diverged, losses } = await train(deep, { data, optimizer: momentum({ rate: 0.03 }), steps: 20 })
    expect(signal.verdict).toBe('explodes')
    expect(diverged === null || diverged.step === losses.length).toBe(true)
  })

  it('stores a run, reads the run again, and shows every stage of the network', async () => {
    const network = parseNetwork(withDepth('residual-mlp:width=8', 5), { classes: 2, input: [2] })
    const data = moons({ train: 200, test: 100 })
    const run = await train(network, { data, steps: 30, run: `${root}/run` })
    const saved = await readRun(`${root}/run`)
    expect(await evaluate(saved.network, { data, weights: saved.weights })).toEqual({
      train: run.train,
      test: run.test,
    })
    expect(networkFromJson(JSON.parse(JSON.stringify(saved.network)))).toEqual(network)
    const blueprint = createBlueprint(saved.network, data.shape)
    expect(count(blueprint).parameters).toBe(
      [...initialize(blueprint, 0).values()].reduce((sum, { length }) => sum + length, 0),
    )
    expect(summaryTable(blueprint)).toContain('x 4')
    const options = {
      input: data.shape,
      batch: 4,
      loss: 'cross-entropy',
      optimizer: momentum(),
      exact: false,
    } as const
    for (const stage of isobath.stages) expect(await show(stage, network, options)).not.toBe('')
    const wrong = [
      { batch: -5 },
      { loss: 'nope' },
      { optimizer: 'adam' },
      { precision: 'float16' },
      { input: [0] },
      { threads: 2 },
    ].map((change) => laterRefusal(() => Reflect.apply(show, undefined, ['plan', network, { ...options, ...change }])))
    wrong.push(laterRefusal(() => Reflect.apply(show, undefined, ['nonsense', network, options])))
    expect((await Promise.all(wrong)).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: batch: expected a whole number of at least 1, got -5.
      IsobathError: loss: expected one of cross-entropy, binary-cross-entropy, squared-error, absolute-error, huber, got nope. Choose a name from the list, or one of the short names ce, bce, mse or l2, mae or l1.
      IsobathError: optimizer: expected an optimizer, got "adam". Give an optimizer, such as momentum({ rate: 0.03 }).
      IsobathError: precision: expected one of float32, float64, got float16. Did you mean float32?
      IsobathError: input: expected the sizes of one sample, [features] or [channels, height, width], got [0].
      IsobathError: show: expected the options input, batch, loss, optimizer, exact, winograd, precision, got "threads". Leave "threads" out.
      IsobathError: stage: expected one of network, blueprint, graph, plan, kernels, got "nonsense"."
    `)
  })

  it('compares two depths and reports that the deeper network is worse', async () => {
    // The weights are so small that no signal passes 16 layers, and a plain network of 16 layers can only guess.
    const family = {
      name: 'small weights',
      label: 'faint',
      ofDepth: (depth: number) => parseNetwork(`mlp:width=16,sw2=0.2,depth=${depth}`, { classes: 2 }),
    }
    const data = moons({ train: 400, test: 200 })
    const grid = { depths: [1, 16], seeds: [0, 1, 2] }
    const comparison = await compare([family], { ...grid, data, steps: 100 })
    const { rows, sentence } = comparison
    expect(rows).toHaveLength(6)
    expect(sentence).toMatch(
      /^From 1 to 16 layers, the error of the faint network goes from .* to 50% on the TRAINING set/,
    )
    expect(sentence).toContain(
      'worse on the training set and on the test set, so overfitting is not the cause. The deeper network does not even fit',
    )
    const report = reportComparison(comparison, { ...grid, families: [family], data })
    expect(report.text().replaceAll(/\s+/g, ' ')).toContain(sentence)
    expect(verifyMarkup(report.html())).toEqual([])
    expect(report.html()).not.toContain('Command')
    expect(report.picture()).toMatch(/^<svg /)
  })

  it('diagnoses a network and draws the answer', async () => {
    const data = moons({ train: 60, test: 30 })
    const network = parseNetwork('mlp:width=4,depth=3', { classes: 2, input: [2] })
    const diagnosis = await diagnose(network, { data, steps: 5, seeds: [0], threads: 1 })
    const report = reportDiagnosis(diagnosis, { data, label: 'three layers' })
    expect(report.text().replaceAll(/\s+/g, ' ')).toContain(diagnosis.answer[0])
    expect(verifyMarkup(report.html())).toEqual([])
    expect(report.html()).toContain('three layers')
    expect(verifyMarkup(report.picture())).toEqual([])
  })

  it('tells facts in the report of a diagnosis, but not that a preset is linear by its name', async () => {
    const data = moons({ train: 60, test: 30 })
    const network = parseNetwork('linear:width=4,depth=3', { classes: 2, input: [2] })
    const diagnosis = await diagnose(network, { data, steps: 5, seeds: [0], threads: 1 })
    expect(diagnosis.facts.map(({ fact }) => fact)).toEqual(['no-nonlinearity'])
    const [{ sentence }] = diagnosis.facts
    const textOf = (label: string) => reportDiagnosis(diagnosis, { data, label }).text().replaceAll(/\s+/g, ' ')
    expect(textOf('three layers')).toContain(sentence)
    expect(textOf('linear:width=4,depth=3')).not.toContain(sentence)
  })

  it('throws errors that tell the user what to do', async () => {
    const network = chain(dense(8), relu(), dense(3))
    const failure = train(network, { data: moons({ train: 8, test: 8 }) })
    await expect(failure).rejects.toThrow(isobath.IsobathError)
    await expect(failure).rejects.toMatchObject({ code: 'network', message: expect.stringContaining('width to 2') })
  })
})
