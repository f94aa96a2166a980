import { expect, test } from 'vitest'
import { blueprintOf, ofKind, parse } from '../../test/support/preset-layers.ts'
import { refusal } from '../../test/support/refusal.ts'
import { prelu, relu, sigmoid, softmax, tanh } from './layers.ts'
import { parseNetwork } from './presets.ts'

const lastOf = (text: string) => {
  const network = parse(text)
  return network.kind === 'chain' ? network.layers.at(-1) : network
}

test.each(['mlp', 'linear-residual', 'resnet-20', 'preact-resnet-20', 'resnet-18', 'hardt-ma', 'vanilla-cnn'])(
  '%s gets a layer behind its read-out by the option output',
  (name) => {
    for (const [output, layer] of Object.entries({ sigmoid, tanh, relu, softmax })) {
      expect(lastOf(`${name}:output=${output}`)).toEqual({ ...layer(), name: 'outputActivation' })
    }
    expect(parse(`${name}:output=none`)).toEqual(parse(name))
    expect(blueprintOf(`${name}:output=tanh`).parameters).toEqual(blueprintOf(name).parameters)
  },
)

test('a network without a read-out refuses the option output', () => {
  expect(refusal(() => parse('mlp:top=none,output=sigmoid'))).toMatchInlineSnapshot(
    `"IsobathError: mlp:output=sigmoid: expected output only with a read-out (top=dense), got top=none. Leave output or top out."`,
  )
  expect(parse('mlp:top=none,output=none')).toEqual(parse('mlp:top=none'))
  expect(refusal(() => parse('du-fc:output=tanh'))).toContain('an option')
})

test('PReLU is an activation of presets, with one slope for each unit or channel', () => {
  const { parameters } = blueprintOf('mlp:depth=3,width=5,activation=prelu,slope=0.1')
  const slopes = parameters.filter(({ role }) => role === 'slope')
  expect(slopes.map(({ name, shape, start }) => [name, shape, start])).toEqual([
    ['prelu1.weight', [5], 0.1],
    ['hidden.prelu1.weight', [2, 5], 0.1],
  ])
  expect(ofKind('vanilla-cnn:activation=prelu,depth=2', 'prelu')).toEqual(Array.from({ length: 4 }, () => prelu()))
  const network = parseNetwork('mlp:depth=2,activation=prelu', { classes: 3 })
  expect(network).toEqual(parseNetwork('mlp:depth=2,activation=prelu,slope=0.25,init=he', { classes: 3 }))
  expect(refusal(() => parse('mlp:activation=elu,slope=0.1'))).toMatchInlineSnapshot(
    `"IsobathError: mlp:slope=0.1: expected slope only with activation=leakyRelu or prelu, got elu. Leave slope out."`,
  )
  expect(refusal(() => parse('du-fc:activation=prelu'))).toContain('prelu (with a kink at 0)')
})
