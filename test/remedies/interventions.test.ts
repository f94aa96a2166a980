/** Tests that a remedy changes the map over depth that it is meant to change, and leaves the other maps as they are. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { createBlueprint } from '../../src/blueprint/create.ts'
import { initialize } from '../../src/blueprint/initialize.ts'
import type { LayerProbeName } from '../../src/probes/layer-probes.ts'
import { stagesOf } from '../../src/probes/stages.ts'
import { leakySlopeByDepth } from '../../src/remedies/leaky-slope-by-depth.ts'
import { leakyUnitsWith } from '../../src/remedies/leaky-units.ts'
import type { Remedy, Treatable, Treatment } from '../../src/remedies/remedy.ts'
import { type RemedyName, remedies } from '../../src/remedies/table.ts'
import { resolveLayerRates } from '../../src/settings/layer-rates.ts'
import { readTask } from '../support/read-task.ts'
import { images, points, taskOf } from '../support/remedy-tasks.ts'

let backend: Backend
beforeAll(async () => {
  backend = await createWasmBackend({ precision: 'float64', threads: 'inline' })
})
afterAll(() => backend.dispose())

function treated(task: Treatable, remedy: RemedyName | Remedy): Treatment {
  const treatment = (typeof remedy === 'string' ? remedies[remedy] : remedy).apply(task)
  if (treatment === undefined) throw new Error('the remedy does not apply')
  return treatment
}

/** The reading of one probe for each stage, without the read-out. */
async function hidden(task: Pick<Treatable, 'network' | 'settings'>, name: LayerProbeName): Promise<readonly number[]> {
  const data = images
  return (await readTask(backend, { ...task, data }, [name]))[name]?.slice(0, -1) ?? []
}

const ratio = (one: readonly number[], other: readonly number[]): number[] =>
  one.map((value, index) => value / other[index])
const weightsOf = (task: Pick<Treatable, 'network'>): string =>
  JSON.stringify(
    [...initialize(createBlueprint(task.network, images.shape), 3)].map(([name, values]) => [name, [...values]]),
  )

describe('The leaky slope by depth', () => {
  const deep = taskOf('mlp:depth=50,width=256', images)

  it('keeps the mean square of each layer within a factor of 2, and keeps samples apart', async () => {
    // The mean square of a single draw of finite width scatters, so the mean of the logarithm over draws is compared.
    const logs = new Array<number>(50).fill(0)
    const seeds = [0, 1, 2, 3]
    for (const seed of seeds) {
      const task = { ...deep, settings: { ...deep.settings, seed } }
      const [before, after] = [task, treated(task, 'leaky slope by depth')].map((one) => hidden(one, 'meanSquare'))
      ratio(await after, await before).forEach((change, layer) => {
        logs[layer] += Math.log(change) / seeds.length
      })
    }
    expect(Math.max(...logs.map(Math.abs))).toBeLessThan(Math.log(2))
    // The limit of infinite width is 0.9, and at width 1,024 the cosine is 0.899.
    expect((await hidden(deep, 'cosine'))[49]).toBeGreaterThan(0.98)
    expect((await hidden(treated(deep, 'leaky slope by depth'), 'cosine'))[49]).toBeLessThan(0.97)
  })

  it('keeps samples the farther apart, the smaller eta is', async () => {
    const cosines: number[] = []
    for (const eta of [0.5, 0.9, 0.98])
      cosines.push((await hidden(treated(deep, leakySlopeByDepth(eta)), 'cosine'))[49])
    expect(cosines[0]).toBeLessThan(cosines[1])
    expect(cosines[1]).toBeLessThan(cosines[2])
  })

  it('applies where ReLU alone would take orthogonal samples beyond the cosine eta', () => {
    expect(remedies['leaky slope by depth'].apply(taskOf('mlp:depth=10'))).toBeUndefined()
    expect(leakySlopeByDepth(0.8).apply(taskOf('mlp:depth=10'))?.words).toMatchInlineSnapshot(
      `"replace ReLU by leaky ReLU with the slope 0.148, and scale the weights to keep the signal"`,
    )
    expect(leakySlopeByDepth(0.8).apply(taskOf('mlp:depth=10,activation=tanh'))).toBeUndefined()
  })
})

describe('Rescaled weights (LSUV)', () => {
  it('change the scale of the signal and no cosine in a ReLU network without biases', async () => {
    const task = taskOf('mlp:depth=20,width=32,init=pytorch', images)
    const without = { ...task, network: treated(task, 'He weights').network }
    const scaled = treated(without, 'rescaled weights')
    expect(scaled.network).toBe(without.network)
    const cosines = await hidden(without, 'cosine')
    expect(await hidden(scaled, 'cosine')).toEqual(cosines.map((value) => expect.closeTo(value, 6)))
    const squares = await hidden(scaled, 'meanSquare')
    expect(Math.max(...squares) / Math.min(...squares)).toBeLessThan(4)
  })

  it('end a vanishing signal, with biases of 0 as well as with the drawn ones', async () => {
    const task = taskOf('mlp:depth=20,width=32,init=pytorch', images)
    for (const name of ['rescaled weights', 'rescaled weights, zero biases'] as const) {
      const squares = await hidden(treated(task, name), 'meanSquare')
      expect(Math.min(...squares), name).toBeGreaterThan(0.1)
    }
  })
})

describe('Leaky units', () => {
  it('have the weights of the network, and a larger slope passes on more of the gradient', async () => {
    const task = taskOf('mlp:depth=4,width=32,sw2=2,sb2=0', images)
    const norms: number[] = []
    for (const slope of [0.01, 0.1, 0.3]) {
      const leaky = treated(task, leakyUnitsWith(slope))
      expect(weightsOf(leaky)).toBe(weightsOf(task))
      norms.push((await hidden(leaky, 'gradientNorm'))[0])
    }
    expect(norms).toEqual([...norms].sort((one, other) => one - other))
  })
})

describe('Weights at criticality', () => {
  it('keep the signal of tanh layers, which vanishes with smaller weights, and the gradient', async () => {
    const task = taskOf('mlp:depth=30,width=256,activation=tanh,sw2=0.7', images)
    const critical = treated(task, 'critical weights')
    const [vanishing, gradient] = [await hidden(task, 'meanSquare'), await hidden(critical, 'gradientNorm')]
    expect(vanishing[29] / vanishing[0]).toBeLessThan(1e-3)
    expect(Math.abs(Math.log(gradient[1] / gradient[29]))).toBeLessThan(Math.log(2))
    // E[tanh(sqrt(q) z)^2] at q* = 0.57 is (q* - sb2)/sw2 = 0.295.
    const squares = await hidden(critical, 'meanSquare')
    expect(squares.slice(5)).toEqual(squares.slice(5).map(() => expect.closeTo(0.295, 1)))
  })

  it('turn sigmoid layers with a vanishing gradient into tanh layers with an even gradient', async () => {
    const task = taskOf('mlp:depth=12,width=128,activation=sigmoid', images)
    const critical = treated(task, 'critical tanh')
    const [before, after] = [await hidden(task, 'gradientNorm'), await hidden(critical, 'gradientNorm')]
    expect(before[1] / before[11]).toBeLessThan(1e-5)
    expect(Math.abs(Math.log(after[1] / after[11]))).toBeLessThan(Math.log(3))
  })
})

describe('Rates by layer', () => {
  it('leave the network as it is, and make rate times gradient equal in all layers', async () => {
    for (const [source, data] of [
      ['mlp:depth=8,width=16,activation=sigmoid', points],
      ['plain-8:norm=none', images],
    ] as const) {
      const task = taskOf(source, data)
      const reading = await readTask(backend, task, ['gradientNorm', 'meanSquare'])
      const { gradientNorm = [], meanSquare = [] } = reading
      const paced = treated({ ...task, readings: { gradientNorm, meanSquare } }, 'rates by layer')
      expect(paced.network).toBe(task.network)
      const blueprint = createBlueprint(paced.network, data.shape)
      const rates = resolveLayerRates(blueprint, paced.settings.layerRates)
      const products = stagesOf(blueprint.root).map(
        ({ weights: [{ parameter, iteration }] }, index) =>
          (rates.get(parameter.name)?.[iteration] ?? 1) * gradientNorm[index],
      )
      expect(
        ratio(
          products,
          products.map(() => products[0]),
        ),
      ).toEqual(products.map(() => expect.closeTo(1, 2)))
    }
  })

  it('multiply rates that the settings have already, and need the gradient', () => {
    const task = taskOf('mlp:depth=3', points, { layerRates: { first: 0.5, 'hidden.dense1': [2, 4] } })
    expect(treated(task, 'rates by layer').settings.layerRates).toMatchInlineSnapshot(`
      {
        "first": 1.414,
        "hidden.dense1": [
          2.828,
          2.8284,
        ],
        "readout": 0.3536,
      }
    `)
    expect(remedies['rates by layer'].apply({ ...task, readings: undefined })).toBeUndefined()
    const even = { gradientNorm: [1, 1.2, 0.9, 1], meanSquare: [1, 1, 1, 1] }
    expect(remedies['rates by layer'].apply({ ...task, readings: even })).toBeUndefined()
  })
})

describe('Residual links', () => {
  const deep = taskOf('mlp:depth=60,width=64', images)

  it('keep the signal and the distance of samples at any depth', async () => {
    const links = treated(deep, 'residual links')
    const [cosines, squares] = [await hidden(links, 'cosine'), await hidden(links, 'meanSquare')]
    expect((await hidden(deep, 'cosine'))[59]).toBeGreaterThan(0.95)
    expect(cosines[59]).toBeLessThan(0.75)
    // In the limit of infinite width, the mean square grows by a factor of 2.226 over 60 layers.
    expect(squares[59] / squares[0]).toBeGreaterThan(1.7)
    expect(squares[59] / squares[0]).toBeLessThan(2.9)
  })

  it('from zero start as identities', async () => {
    const squares = await hidden(treated(deep, 'residual links from zero'), 'meanSquare')
    expect(new Set(squares).size).toBe(1)
  })
})

describe('Norms', () => {
  it('over the batch keep samples apart, and norms of each sample do not', async () => {
    const deep = taskOf('mlp:depth=40,width=64', images)
    expect((await hidden(treated(deep, 'batch normalization'), 'cosine'))[39]).toBeLessThan(0.8)
    expect((await hidden(treated(deep, 'layer normalization'), 'cosine'))[39]).toBeGreaterThan(0.9)
  })
})
