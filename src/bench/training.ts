/** Prepares a training step of a network for timing. */
import type { Backend, CompileOptions, Program } from '../backends/backend.ts'
import type { Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { optimizerScalars, trainingGraph } from '../graph/programs.ts'
import type { Network } from '../network/network.ts'
import { IsobathError } from '../support/errors.ts'
import { createRandom } from '../support/random.ts'

/**
 * The learning rate in the bench, which is so small that hundreds of steps on the same batch do not make the gradients
 * vanish.
 */
export const rate = 1e-3

export interface Problem {
  readonly network: Network
  /** Shape of one input sample. */
  readonly input: Shape
  readonly batch: number
  readonly seed: number
  /** Weight decay of the momentum optimizer; 0 by default. */
  readonly weightDecay?: number
}

export interface PreparedStep<P extends Program = Program> {
  readonly program: P
  /**
   * Runs one training step for each slot in the program's ring of batches. A ring has one slot by default. Throws if
   * the loss of a step is not finite.
   */
  readonly step: () => Promise<void>
}

const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1)

export function graphOf({ network, input, batch, seed, weightDecay = 0 }: Problem) {
  const { rule } = momentum({ rate, weightDecay })
  // The options of the training graph are those of a training without observers.
  const options = { batch, loss: 'cross-entropy', optimizer: rule, seed, gradients: false } as const
  return trainingGraph(createBlueprint(network, input), options)
}

/** Compiles a training step and uploads weights and a batch. Throws the same errors as `compile`. */
export async function prepareStep(
  backend: Backend,
  problem: Problem,
  options: CompileOptions = {},
): Promise<PreparedStep> {
  return prepareProgram(await backend.compile(graphOf(problem), options), problem)
}

/** Uploads the initial weights and one batch of random inputs and labels to the program of a training step. */
export async function prepareProgram<P extends Program>(program: P, problem: Problem): Promise<PreparedStep<P>> {
  const { network, input, batch, seed } = problem
  const { ringSlots } = program
  const blueprint = createBlueprint(network, input)
  for (const [name, values] of initialize(blueprint, seed)) program.upload(name, values)
  const random = createRandom(seed, 'bench')
  const numbers = (count: number, next: () => number): Float64Array => Float64Array.from({ length: count }, next)
  const inputs = numbers(batch * sizeOf(input), () => random.normal())
  const labels = numbers(batch, () => random.integer(sizeOf(blueprint.output)))
  for (let slot = 0; slot < ringSlots; slot++) {
    program.upload('x', inputs, slot)
    program.upload('labels', labels, slot)
    program.upload('step', [slot], slot)
    for (const [name, value] of optimizerScalars(momentum({ rate }).rule, rate, 0)) program.upload(name, [value], slot)
  }
  const step = async (): Promise<void> => {
    const { finished } = await program.run(0, ringSlots)
    if (finished === ringSlots) return
    throw new IsobathError(
      'network',
      "the loss of a step isn't finite, so the step cannot be measured. Use another init or fewer layers.",
    )
  }
  return { program, step }
}
