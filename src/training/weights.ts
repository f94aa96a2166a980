/**
 * Conversion between the weights of a network and the tensors of a file, with checks against the network's parameters.
 */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sameShape, sizeOf } from '../blueprint/shape.ts'
import { isOptimizerState } from '../graph/programs.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { sha256 } from '../support/sha256.ts'
import type { Weights } from './evaluator.ts'
import { float32Pieces, type Tensor, type TensorFile, tensorBytes } from './safetensors.ts'

/** Converts all parameters and running statistics to float32 tensors, in the network's order. */
export function toTensors(blueprint: Blueprint, weights: Weights): Map<string, Tensor> {
  return new Map(
    blueprint.parameters.map(({ name, shape }) => [name, { shape, data: Float32Array.from(weights.get(name) ?? []) }]),
  )
}

/**
 * Converts the tensors of a file to the weights of a network. The file must hold exactly the tensors of the network. A
 * checkpoint may also hold states of the optimizer, which are ignored. `file`: the name with which error messages
 * begin. Throws a `weights` error that names the first tensor that is missing, unknown, of another shape, or not
 * finite.
 */
export function fromTensors(blueprint: Blueprint, { tensors }: TensorFile, file: string): Map<string, Float64Array> {
  const weights = new Map<string, Float64Array>()
  for (const { name, shape } of blueprint.parameters) {
    const tensor = tensors.get(name)
    if (!tensor) throw misfitError(`${file}: expected a tensor ${name}, got none.`)
    if (!sameShape(tensor.shape, shape)) {
      throw misfitError(`${file}: ${name}: expected the shape [${shape.join(', ')}], got [${tensor.shape.join(', ')}].`)
    }
    checkFinite(tensor.data, `${file}: ${name}`)
    weights.set(name, Float64Array.from(tensor.data))
  }
  const known = new Set(blueprint.parameters.map(({ name }) => name))
  for (const name of tensors.keys()) {
    if (!known.has(name) && !isOptimizerState(name))
      throw misfitError(`${file}: expected only tensors of the network, got a tensor ${name}.`)
  }
  return weights
}

/**
 * Throws a `weights` error if values from a caller are missing, have another length than the network's parameters, or
 * aren't finite.
 */
export function checkWeights(blueprint: Blueprint, weights: Weights): void {
  if (typeof weights?.get !== 'function')
    throw misfitError(`weights: expected a Map of values by name, got ${describeValue(weights)}.`)
  for (const { name, shape } of blueprint.parameters) {
    const values = weights.get(name)
    if (!values) throw misfitError(`weights: expected values of ${name}, got none.`)
    const size = sizeOf(shape)
    if (values.length !== size) throw misfitError(`weights: ${name}: expected ${size} values, got ${values.length}.`)
    checkFinite(values, `weights: ${name}`)
  }
}

function checkFinite(values: ArrayLike<number>, where: string): void {
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index])) continue
    throw new IsobathError(
      'weights',
      `${where}: expected finite values, got ${values[index]} at index ${index}. A run that diverged has no usable weights.`,
    )
  }
}

function misfitError(problem: string): IsobathError {
  return new IsobathError('weights', `${problem} Give the weights of this network.`)
}

/** Computes the SHA-256 hash of the tensors' data in the order of the map, in hexadecimal. */
export function hashTensors(tensors: ReadonlyMap<string, Tensor>): Promise<string> {
  return sha256(tensorBytes(tensors))
}

/** Computes the hash that `hashTensors` returns for the tensors of `toTensors`, without creating these tensors. */
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
