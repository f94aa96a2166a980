import { describe, expect, it } from 'vitest'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { adagrad } from '../graph/optimizers/adagrad.ts'
import { adam, adamw } from '../graph/optimizers/adam.ts'
import { lion } from '../graph/optimizers/lion.ts'
import { momentum, nesterov } from '../graph/optimizers/momentum.ts'
import { rmsprop } from '../graph/optimizers/rmsprop.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { createOptimizer, type Optimizer, optimizerNames, rowOf } from '../graph/optimizers/table.ts'
import { optimizerScalars, trainingGraph } from '../graph/programs.ts'
import { chain, dense } from '../network/layers.ts'
import { firstUpdate, steadyUpdate } from './steady-update.ts'

const optimizers: Optimizer[] = [
  sgd({ rate: 0.1 }),
  momentum({ rate: 0.1, momentum: 0.8 }),
  nesterov({ rate: 0.1, momentum: 0.8 }),
  nesterov({ rate: 0.1, momentum: 0.9, momentumSchedule: 'sutskever' }),
  adam({ rate: 0.1, firstDecay: 0.5, secondDecay: 0.9, epsilon: 1e-3 }),
  adamw({ rate: 0.1, weightDecay: 0, firstDecay: 0.5, secondDecay: 0.9, epsilon: 1e-3 }),
  adagrad({ rate: 0.1, initialAccumulator: 0.5, epsilon: 1e-3 }),
  rmsprop({ rate: 0.1, secondDecay: 0.9, epsilon: 1e-3, momentum: 0.8 }),
  lion({ rate: 0.1, firstDecay: 0.5, secondDecay: 0.9 }),
]

/**
 * The update of the last of `steps` steps. Weights are set back to 0 before each step, so the gradient stays the same.
 */
async function takenBySteps(
  { rate, rule }: Optimizer,
  steps: number,
): Promise<{ gradients: number[]; taken: number[] }> {
  const blueprint = createBlueprint(chain(dense(3, { init: { kind: 'zeros' } })), [1])
  const graph = trainingGraph(blueprint, { batch: 1, loss: 'squared-error', optimizer: rule, seed: 0 })
  const program = await createReferenceBackend().compile(graph)
  const start = initialize(blueprint, 0)
  program.upload('x', [1])
  let gradients: number[] = []
  let taken: number[] = []
  for (let step = 0; step < steps; step++) {
    for (const [name, values] of start) program.upload(name, values)
    program.upload('targets', [2, -0.01, 0])
    if (graph.inputs.some(({ name }) => name === 'step')) program.upload('step', [step])
    for (const [name, value] of optimizerScalars(rule, rate, step)) program.upload(name, [value])
    await program.run(0, 1)
    gradients = Array.from(await program.download('gradient.dense1.weight'))
    taken = Array.from(await program.download('dense1.weight'), (value) => 0 - value)
  }
  return { gradients, taken }
}

/** All optimizers with their default options, so a new optimizer is tested automatically. */
const usual = optimizerNames.map((name) => createOptimizer(name, { rate: 0.1, weightDecay: 0 }))

describe.each([...optimizers, ...usual])('with the optimizer $name', (optimizer) => {
  it('firstUpdate equals the update of the first step of a training', async () => {
    const { gradients, taken } = await takenBySteps(optimizer, 1)
    // The loss is the mean of three squares.
    expect(gradients).toEqual([expect.closeTo(-4 / 3, 14), expect.closeTo(0.02 / 3, 14), 0])
    const found = Array.from(firstUpdate(optimizer, Float64Array.from(gradients)))
    expect(found).toEqual(taken.map((value) => expect.closeTo(value, 14)))
  })

  it('steadyUpdate equals the update after many steps with the same gradient, or the first update if the updates never settle', async () => {
    const isSteady = rowOf(optimizer.rule).steadyUpdate(optimizer.rule, optimizer.rate) !== null
    const { gradients, taken } = await takenBySteps(optimizer, isSteady ? 2600 : 1)
    const found = Array.from(steadyUpdate(optimizer, Float64Array.from(gradients)))
    expect(found).toEqual(taken.map((value) => expect.closeTo(value, 10)))
  })
})

it('the updates of an optimizer without a steady update shrink while the gradient stays the same', async () => {
  const unsettled = optimizers.filter(({ rate, rule }) => rowOf(rule).steadyUpdate(rule, rate) === null)
  expect(unsettled.map(({ name }) => name)).toEqual(['adagrad'])
  for (const optimizer of unsettled) {
    const [early, late] = [await takenBySteps(optimizer, 250), await takenBySteps(optimizer, 1000)]
    expect((2 * late.taken[0]) / early.taken[0]).toBeCloseTo(1, 2)
  }
})
