import { describe, expect, it } from 'vitest'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { adam, adamw } from '../graph/optimizers/adam.ts'
import { momentum, nesterov } from '../graph/optimizers/momentum.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { createOptimizer, type Optimizer, optimizerNames } from '../graph/optimizers/table.ts'
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

  it('steadyUpdate equals the update of a training after many steps with the same gradient', async () => {
    const { gradients, taken } = await takenBySteps(optimizer, 2600)
    const found = Array.from(steadyUpdate(optimizer, Float64Array.from(gradients)))
    expect(found).toEqual(taken.map((value) => expect.closeTo(value, 10)))
  })
})
