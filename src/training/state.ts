/** The state of a training between two steps, and its upload to and download from a program. */
import type { Program, Values } from '../backends/backend.ts'
import type { Blueprint, Shape } from '../blueprint/blueprint.ts'
import { sameShape } from '../blueprint/shape.ts'
import type { Position } from '../data/order.ts'
import { isOptimizerState } from '../graph/programs.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from './evaluator.ts'

/** The loss of one step of a training. */
export interface LossRecord {
  /** Number of updates before the step. The first step is step 0. */
  readonly step: number
  /** Mean loss of the batch before the update, without weight decay. */
  readonly loss: number
}

/** A value that the optimizer keeps from step to step, such as the velocity of a parameter. */
export interface OptimizerState {
  readonly shape: Shape
  readonly values: Values
}

/** The state of a training: all values that the next training step depends on. */
export interface TrainingState {
  /** Number of updates made so far. */
  readonly step: number
  /** Values of all parameters and running statistics by name, in the network's order. */
  readonly weights: Map<string, Values>
  /** States of the optimizer, by the names of the training graph's states. Plain SGD has no states. */
  readonly optimizer: Map<string, OptimizerState>
  readonly position: Position
  /**
   * Number of the first step after a warm-up that an error limit ended. The field is absent during the warm-up, and for
   * a warm-up without an error limit.
   */
  readonly warmedUpAt?: number
}

export function uploadWeights(program: Program, { parameters }: Blueprint, weights: Weights): void {
  for (const { name } of parameters) program.upload(name, weights.get(name) ?? [])
}

/**
 * Downloads all parameters and running statistics from a program, in the network's order. `into`: the result of an
 * earlier call, whose arrays are overwritten.
 */
export async function downloadWeights(
  program: Program,
  { parameters }: Blueprint,
  into = new Map<string, Values>(),
): Promise<Map<string, Values>> {
  for (const { name } of parameters) into.set(name, await program.download(name, { into: into.get(name) }))
  return into
}

/** Lists the inputs of a program that hold the states of the optimizer. */
function optimizerInputs({ graph }: Program) {
  return graph.inputs.filter(({ name, role }) => role === 'state' && isOptimizerState(name))
}

/**
 * Uploads the states of the optimizer. Before the first step the optimizer has no states, and the program starts with
 * zeros. Throws a `run` error if a state of the optimizer is missing or has a wrong shape.
 */
export function uploadOptimizer(program: Program, { step, optimizer }: Omit<TrainingState, 'weights'>): void {
  for (const { name, value } of optimizerInputs(program)) {
    const state = optimizer.get(name)
    if (!state && step === 0) continue
    if (!state || !sameShape(state.shape, value.shape)) {
      throw new IsobathError(
        'run',
        `checkpoint: expected the optimizer state ${name} of shape [${value.shape.join(', ')}]. The run was changed.`,
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
