/** Weights between a network and a file: float32 tensors in the network's order, checked against its parameters. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sameShape, sizeOf } from '../blueprint/shape.ts'
import { isOptimizerState } from '../graph/programs.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { sha256 } from '../support/sha256.ts'
import type { Weights } from './evaluator.ts'
import { float32Pieces, type Tensor, type TensorFile, tensorBytes } from './safetensors.ts'

/** The parameters and running statistics as float32 tensors, in the network's order. */
export function toTensors(blueprint: Blueprint, weights: Weights): Map<string, Tensor> {
  return new Map(
    blueprint.parameters.map(({ name, shape }) => [name, { shape, data: Float32Array.from(weights.get(name) ?? []) }]),
  )
}

/**
 * The weights of a file for this network, whose tensors it must hold and no others but what a checkpoint has of the optimizer.
 * Throws a `weights` error that names the first tensor that doesn't fit.
 */
export function fromTensors(blueprint: Blueprint, { tensors }: TensorFile, file: string): Map<string, Float64Array> {
  const weights = new Map<string, Float64Array>()
  for (const { name, shape } of blueprint.parameters) {
    const tensor = tensors.get(name)
    if (!tensor) throw layerShapeError(`${file}: expected a tensor ${name}, and there is none.`)
    if (!sameShape(tensor.shape, shape)) {
      throw layerShapeError(
        `${file}: ${name}: expected the shape [${shape.join(', ')}], got [${tensor.shape.join(', ')}].`,
      )
    }
    checkFinite(tensor.data, `${file}: ${name}`)
    weights.set(name, Float64Array.from(tensor.data))
  }
  const known = new Set(blueprint.parameters.map(({ name }) => name))
  for (const name of tensors.keys()) {
    if (!known.has(name) && !isOptimizerState(name))
      throw layerShapeError(`${file}: expected no tensor ${name}, and there is one.`)
  }
  return weights
}

/** Throws a `weights` error where values that a caller gave don't fit the network. */
export function checkWeights(blueprint: Blueprint, weights: Weights): void {
  if (typeof weights?.get !== 'function')
    throw layerShapeError(`weights: expected a Map of values by name, got ${describeValue(weights)}.`)
  for (const { name, shape } of blueprint.parameters) {
    const values = weights.get(name)
    if (!values) throw layerShapeError(`weights: expected values of ${name}, and there are none.`)
    const size = sizeOf(shape)
    if (values.length !== size)
      throw layerShapeError(`weights: ${name}: expected ${size} values, got ${values.length}.`)
    checkFinite(values, `weights: ${name}`)
  }
}

function checkFinite(values: ArrayLike<number>, where: string): void {
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index])) continue
    throw new IsobathError(
      'weights',
      `${where}: expected finite values, got ${values[index]} at ${index}. A run that diverged leaves no weights to use.`,
    )
  }
}

function layerShapeError(problem: string): IsobathError {
  return new IsobathError('weights', `${problem} Give the weights of this network.`)
}

/** SHA-256 of the tensors' bytes in file order, in hexadecimal. */
export function hashTensors(tensors: ReadonlyMap<string, Tensor>): Promise<string> {
  return sha256(tensorBytes(tensors))
}

/** The same of the tensors that `toTensors` would give, which aren't made. */
export function hashWeights({ parameters }: Blueprint, weights: Weights): Promise<string> {
  const bytes = new Uint8Array(parameters.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0))
  let offset = 0
  for (const { name } of parameters) {
    for (const piece of float32Pieces(weights.get(name) ?? [])) {
      bytes.set(piece, offset)
      offset += piece.length
    }
  }
  return sha256(bytes)
}
