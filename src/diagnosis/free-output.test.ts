import { describe, expect, it } from 'vitest'
import { createBlueprint } from '../blueprint/create.ts'
import { limitingOutput, limits } from '../facts/limiting-output.ts'
import {
  activation,
  chain,
  dense,
  dropout,
  flatten,
  identity,
  leakyRelu,
  prelu,
  relu,
  repeat,
  residual,
  sigmoid,
  softmax,
} from '../network/layers.ts'
import { withFreeOutput } from './free-output.ts'

describe('A network with a free output', () => {
  it('lacks the last layer that limits the outputs, whatever this layer is', () => {
    for (const name of Object.keys(limits)) {
      const last = name === 'softmax' ? softmax() : activation(name as Exclude<keyof typeof limits, 'softmax'>)
      const network = chain(dense(4), relu(), dense(3), last)
      expect(limitingOutput(createBlueprint(network, [2]).root)).toBe(name)
      const free = withFreeOutput(network)
      expect(free).toEqual(chain(dense(4), relu(), dense(3)))
    }
  })

  it('keeps layers behind the last layer that change nothing in an evaluation', () => {
    expect(withFreeOutput(chain(dense(3), sigmoid(), dropout(0.1), identity(), flatten()))).toEqual(
      chain(dense(3), dropout(0.1), identity(), flatten()),
    )
  })

  it('is found within nested chains', () => {
    expect(withFreeOutput(chain(dense(4), relu(), chain(dense(3), sigmoid()), dropout(0.1)))).toEqual(
      chain(dense(4), relu(), chain(dense(3)), dropout(0.1)),
    )
  })

  it('lacks a chain that holds nothing but the limiting layer', () => {
    const free = chain(dense(4), relu(), dense(3))
    expect(withFreeOutput(chain(dense(4), relu(), dense(3), chain(sigmoid())))).toEqual(free)
    expect(withFreeOutput(chain(dense(4), relu(), dense(3), chain(chain(softmax())), dropout(0.1)))).toEqual(
      chain(dense(4), relu(), dense(3), dropout(0.1)),
    )
    expect(withFreeOutput(chain(dense(4), chain(relu(), chain(dense(3), sigmoid()))))).toEqual(
      chain(dense(4), chain(relu(), chain(dense(3)))),
    )
    expect(withFreeOutput(chain(chain(sigmoid())))).toBeUndefined()
  })

  it('does not exist if the last layer limits nothing', () => {
    const networks = [
      chain(dense(4), sigmoid(), dense(3)),
      chain(dense(3), leakyRelu()),
      chain(dense(3), prelu()),
      chain(dense(3), identity()),
      chain(dense(3), sigmoid(), residual(dense(3))),
      dense(3),
    ]
    for (const network of networks) expect(withFreeOutput(network)).toBeUndefined()
  })

  it('does not exist if nothing would be left', () => {
    expect(withFreeOutput(chain(relu()))).toBeUndefined()
    expect(withFreeOutput(sigmoid())).toBeUndefined()
  })

  it('does not take the activation out of a loop, whose earlier iterations need the activation', () => {
    expect(withFreeOutput(chain(dense(3), repeat(2, chain(dense(3), relu()))))).toBeUndefined()
  })
})
