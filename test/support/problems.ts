/** Small training problems (a network, first weights and data of some steps), and functions to run a problem. */
import type { CompileOptions, Program } from '../../src/backends/backend.ts'
import { createBlueprint } from '../../src/blueprint/create.ts'
import { initialize } from '../../src/blueprint/initialize.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { losses } from '../../src/graph/losses.ts'
import {
  type OptimizerRule,
  optimizerScalars,
  type TrainingGraphOptions,
  trainingGraph,
} from '../../src/graph/programs.ts'
import type { Network } from '../../src/network/network.ts'
import { createRandom, type Random } from '../../src/support/random.ts'
import { downloadAll } from './downloads.ts'

export interface ProblemOptions extends Partial<TrainingGraphOptions> {
  readonly input?: readonly number[]
  readonly steps?: number
  readonly rate?: number
}

export interface Problem {
  readonly graph: Graph
  /** First values of parameters and optimizer states, by name. */
  readonly start: ReadonlyMap<string, Float64Array>
  /** Inputs of each step, by name. */
  readonly steps: readonly ReadonlyMap<string, Float64Array>[]
}

export const momentumRule: OptimizerRule = { kind: 'momentum', momentum: 0.9, weightDecay: 0.01 }
export const adamRule = {
  kind: 'adam',
  firstDecay: 0.9,
  secondDecay: 0.99,
  epsilon: 1e-3,
  weightDecay: 0.1,
} as const
export const adagradRule = { kind: 'adagrad', initialAccumulator: 0.1, epsilon: 1e-3, weightDecay: 0.1 } as const
export const rmspropRule = { kind: 'rmsprop', secondDecay: 0.9, epsilon: 1e-3, weightDecay: 0.1 } as const
export const lionRule = { kind: 'lion', firstDecay: 0.9, secondDecay: 0.99, weightDecay: 0.1 } as const
export const sgdRule: OptimizerRule = { kind: 'sgd', weightDecay: 0 }

export function normals(random: Random, count: number, deviation = 1): Float64Array {
  return Float64Array.from({ length: count }, () => deviation * random.normal())
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)

export function createProblem(network: Network, options: ProblemOptions = {}): Problem {
  const { input = [5], batch = 6, loss = 'cross-entropy', optimizer = momentumRule } = options
  const { steps = 1, rate = 0.05, seed = 7 } = options
  const blueprint = createBlueprint(network, input)
  const graph = trainingGraph(blueprint, { ...options, batch, loss, optimizer, seed })
  const random = createRandom(seed, 'problem')
  const outputs = sizeOf(blueprint.output)
  const scalar = ([name, value]: readonly [string, number]): [string, Float64Array] => [name, Float64Array.of(value)]
  const sampleWeights = (): [string, Float64Array] => [
    'sampleWeights',
    Float64Array.from({ length: batch }, () => 0.1 + random.uniform()),
  ]
  const dataOf = (step: number): Map<string, Float64Array> =>
    new Map([
      ['x', normals(random, batch * sizeOf(input))],
      losses[loss].input === 'labels'
        ? ['labels', Float64Array.from({ length: batch }, () => random.integer(outputs))]
        : ['targets', normals(random, batch * outputs)],
      ...(options.weighted ? [sampleWeights()] : []),
      ...optimizerScalars(optimizer, rate / (step + 1), step).map(scalar),
      ['step', Float64Array.of(step)],
    ])
  return { graph, start: initialize(blueprint, seed), steps: Array.from({ length: steps }, (_, step) => dataOf(step)) }
}

/** All losses, and all values that can be read after the last step. */
export interface Outcome {
  readonly finished: number
  readonly losses: Float64Array
  readonly values: ReadonlyMap<string, Float64Array>
}

/** Compiles graphs, like a backend. */
interface Compiler<P extends Program> {
  compile(graph: Graph, options: CompileOptions): Promise<P>
}

/** Compiles the graph of a problem and uploads all parameters and inputs. */
export async function compileProblem<P extends Program>(
  backend: Compiler<P>,
  { graph, start, steps }: Problem,
): Promise<P> {
  const program = await backend.compile(graph, { ringSlots: steps.length })
  for (const [name, values] of start) program.upload(name, values)
  steps.forEach((inputs, slot) => {
    for (const [name, values] of inputs) program.upload(name, values, slot)
  })
  return program
}

export async function runProblem(backend: Compiler<Program>, problem: Problem): Promise<Outcome> {
  const program = await compileProblem(backend, problem)
  const { finished } = await program.run(0, problem.steps.length)
  const outcome = await readOutcome(program, problem, finished)
  program.dispose()
  return outcome
}

export async function readOutcome(program: Program, { graph, steps }: Problem, finished: number): Promise<Outcome> {
  const losses = new Float64Array(steps.length)
  for (const slot of losses.keys()) losses[slot] = (await program.download('loss', { slot }))[0]
  const names = [
    ...graph.inputs.filter(({ role }) => role !== 'input').map(({ name }) => name),
    ...graph.outputs.map(({ name }) => name).filter((name) => name !== 'loss'),
  ]
  return { finished, losses, values: await downloadAll(program, names) }
}
