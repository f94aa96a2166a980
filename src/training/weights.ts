/** Weights between a network and a file: float32 tensors in the network's order, checked against its parameters. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sameShape } from '../blueprint/shape.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from './evaluate.ts'
import { type Tensor, type TensorFile, tensorBytes } from './safetensors.ts'

/** The parameters and running statistics as float32 tensors, in the network's order. */
export function toTensors(blueprint: Blueprint, weights: Weights): Map<string, Tensor> {
  return new Map(
    blueprint.parameters.map(({ name, shape }) => [name, { shape, data: Float32Array.from(weights.get(name) ?? []) }]),
  )
}

/** The weights of a file for this network. Throws a `weights` error that names the first tensor that doesn't fit. */
export function fromTensors(blueprint: Blueprint, { tensors }: TensorFile, file: string): Map<string, Float64Array> {
  const weights = new Map<string, Float64Array>()
  for (const { name, shape } of blueprint.parameters) {
    const tensor = tensors.get(name)
    if (!tensor) throw new IsobathError('weights', `${file}: expected a tensor ${name}, and there is none. ${remedy}`)
    if (!sameShape(tensor.shape, shape)) {
      const shapes = `expected [${shape.join(', ')}], got [${tensor.shape.join(', ')}]`
      throw new IsobathError('weights', `${file}: ${name}: ${shapes}. ${remedy}`)
    }
    const broken = tensor.data.findIndex((value) => !Number.isFinite(value))
    if (broken >= 0) throw new IsobathError('weights', `${file}: ${name}: value ${broken} isn't finite. ${remedy}`)
    weights.set(name, Float64Array.from(tensor.data))
  }
  return weights
}

const remedy = 'Give the weights of this network.'

/** SHA-256 of the tensors' bytes in file order, in hexadecimal. */
export async function hashTensors(tensors: ReadonlyMap<string, Tensor>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', tensorBytes(tensors))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
