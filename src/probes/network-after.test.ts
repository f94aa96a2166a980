import { describe, expect, it } from 'vitest'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { blobs } from '../data/blobs.ts'
import { createStandardizer } from '../data/standardize.ts'
import { evaluationGraph } from '../graph/programs.ts'
import { gaussian } from '../network/initializers.ts'
import { chain, dense, dropout, named, prelu, relu, repeat, residual, scale, softmax, tanh } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { networkAfter } from './network-after.ts'
import { recordStages } from './recorded-stages.ts'
import { samplesOf } from './samples.ts'
import { stagesOf } from './stages.ts'

const backend = createReferenceBackend()
const data = blobs({ classes: 3, features: 12, train: 5, test: 3, seed: 1 })

const varying = chain(
  named('a', chain(dense(3, { name: 'same' }), tanh())),
  named('b', chain(dense(3, { name: 'same' }), scale(0.5))),
  repeat(
    3,
    chain(
      dense(3, { init: gaussian({ sw2: [1, 2, 3], sb2: [0, 1, 0] }) }),
      scale([1, -2, 3]),
      prelu(),
      softmax(),
      dropout([0, 0.1, 0.2]),
      residual(repeat(2, chain(dense(3), scale([0.3, 0.6]))), { multiplier: [0.1, 0.2, 0.3] }),
    ),
    { name: 'deep' },
  ),
  dense(3),
  relu(),
)

const networks: readonly (readonly [string, Network, readonly number[]])[] = [
  ...['mlp:depth=4,width=5,norm=batch', 'residual-mlp:depth=4,width=3,multiplier=1/l', 'du-fc:depth=3,width=4'].map(
    (text) => [text, parseNetwork(text, { input: [12], classes: 3 }), [12]] as const,
  ),
  ...['plain-14', 'cifar-resnet-14:shortcut=b'].map(
    (text) => [text, parseNetwork(text, { input: [3, 2, 2], classes: 3 }), [3, 2, 2]] as const,
  ),
  ['options that vary by iteration, nested loops and repeated names', varying, [12]],
]

describe('networkAfter', () => {
  it.each(networks)('maps the output of a stage to the outputs of the network: %s', async (_title, network, shape) => {
    const blueprint = createBlueprint(network, shape)
    // All parameters, even statistics and shifts, get values that differ by unit and iteration.
    const weights = new Map(
      [...initialize(blueprint, 4)].map(([name, values]) => [
        name,
        values.map((value, index) => value * (1 + 0.1 * Math.sin(index)) + 0.05 * Math.cos(3 * index)),
      ]),
    )
    const samples = samplesOf({ ...data, shape }, createStandardizer(data.train, shape, 'per-channel'), 'cross-entropy')
    const recording = await recordStages(blueprint, backend, samples, weights)
    const stages = stagesOf(blueprint.root)
    expect(stages.length).toBeGreaterThan(2)
    for (const { end } of stages) {
      const values = await recording.output(end)
      const rest = networkAfter(blueprint, end, weights)
      if (rest === undefined) {
        expect(end).toBe(stages[stages.length - 1].end)
        expect([...values]).toEqual([...recording.outputs])
        continue
      }
      const program = await backend.compile(evaluationGraph(rest.blueprint, { batch: 5 }))
      for (const [name, own] of rest.weights) program.upload(name, own)
      program.upload('x', values)
      await program.run(0, 1)
      const outputs = await program.download('outputs')
      outputs.forEach((value, index) => {
        expect(value).toBeCloseTo(recording.outputs[index], 10)
      })
    }
    recording.dispose()
  })
})
