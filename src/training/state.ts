/** What a training is made of between two steps, and its way between a program and the rest. */
import type { Program, Values } from '../backends/backend.ts'
import type { Blueprint, Shape } from '../blueprint/blueprint.ts'
import { sameShape } from '../blueprint/shape.ts'
import type { Position } from '../data/order.ts'
import { isOptimizerState } from '../graph/programs.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from './evaluator.ts'

export interface LossRecord {
  /** Updates made before; 0 is the first step. */
  readonly step: number
  /** The batch's mean loss before the update, weight decay not included. */
  readonly loss: number
}

export interface OptimizerState {
  readonly shape: Shape
  readonly values: Values
}

/** Everything that the next step depends on. */
export interface TrainingState {
  /** Updates made so far. */
  readonly step: number
  /** Parameters and running statistics, in the network's order. */
  readonly weights: Map<string, Values>
  /** What the optimizer keeps from step to step, by the names of the training graph's states; empty for plain SGD. */
  readonly optimizer: Map<string, OptimizerState>
  readonly position: Position
  /** The first step after a warm-up whose end is an error; absent before it, and where there is none. */
  readonly warmedUpAt?: number
}

export function uploadWeights(program: Program, { parameters }: Blueprint, weights: Weights): void {
  for (const { name } of parameters) program.upload(name, weights.get(name) ?? [])
}

/** In the network's order. `into`: the result of an earlier call, whose arrays are filled again. */
export async function downloadWeights(
  program: Program,
  { parameters }: Blueprint,
  into = new Map<string, Values>(),
): Promise<Map<string, Values>> {
  for (const { name } of parameters) into.set(name, await program.download(name, { into: into.get(name) }))
  return into
}

/** The inputs that hold what the optimizer keeps from step to step. */
function optimizerInputs({ graph }: Program) {
  return graph.inputs.filter(({ name, role }) => role === 'state' && isOptimizerState(name))
}

/** Before the first step nothing is kept yet, and the program starts with zeros. Throws a `run` error on another shape. */
export function uploadOptimizer(program: Program, { step, optimizer }: Omit<TrainingState, 'weights'>): void {
  for (const { name, value } of optimizerInputs(program)) {
    const state = optimizer.get(name)
    if (!state && step === 0) continue
    if (!state || !sameShape(state.shape, value.shape)) {
      throw new IsobathError(
        'run',
        `checkpoint: expected ${name} of the shape [${value.shape.join(', ')}]. The run was changed.`,
      )
    }
    program.upload(name, state.values)
  }
}

export async function downloadOptimizer(program: Program): Promise<Map<string, OptimizerState>> {
  const optimizer = new Map<string, OptimizerState>()
  for (const { name, value } of optimizerInputs(program)) {
    optimizer.set(name, { shape: value.shape, values: await program.download(name) })
  }
  return optimizer
}
