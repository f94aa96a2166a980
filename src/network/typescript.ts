/** Prints a network as TypeScript code that makes the same network with the functions of the library. */
import { type Code, call, layOut, object, property } from './code-layout.ts'
import { initializerCode } from './initializer-code.ts'
import { networkFromJson } from './json.ts'
import type { ActivationLayer, ChainLayer, Layer, Network, ResidualLayer } from './network.ts'
import { flag, nonDefault, numbers, optionsOf, quoted, varied, word } from './option-code.ts'

/**
 * The code of a module that exports the network: `import { chain, dense, relu } from 'isobath'`, then `export const
 * network = chain(dense(64), relu(), dense(10))`. Options with their default values are left out. Throws a `network` error
 * if the value is no network.
 */
export function networkToTypeScript(network: Network): string {
  const body = layOut(layerCode(networkFromJson(network)), 'export const network = '.length)
  const names = [...new Set([...body.matchAll(/(?<!Math\.)\b(\w+)\(/g)].map(([, name]) => name))].sort()
  return `import { ${names.join(', ')} } from 'isobath'\n\nexport const network = ${body}\n`
}

function layerCode(layer: Layer): Code {
  const name = nameOf(layer)
  switch (layer.kind) {
    case 'dense': {
      const own = [...flag('bias', layer.bias, true), ...initOf(layer), ...trainedOf(layer)]
      return call('dense', [String(layer.width), ...optionsOf([...name, ...own])])
    }
    case 'conv': {
      const { channels, kernel, stride, padding, bias } = layer
      const window = [
        ...varied('kernel', kernel, 3),
        ...varied('stride', stride, 1),
        ...word('padding', padding, 'zero'),
      ]
      const own = [...window, ...flag('bias', bias, true), ...initOf(layer), ...trainedOf(layer)]
      return call('conv', [String(channels), ...optionsOf([...name, ...own])])
    }
    case 'maxPool':
      return call('maxPool', optionsOf([...name, ...windowOf(layer), ...word('padding', layer.padding, 'none')]))
    case 'averagePool':
      return call('averagePool', optionsOf([...name, ...windowOf(layer)]))
    case 'subsample':
      return call('subsample', [
        object([...name, ...varied('stride', layer.stride), ...varied('channels', layer.channels)]),
      ])
    case 'globalAveragePool':
    case 'scalarBias':
    case 'softmax':
    case 'flatten':
      return call(layer.kind, optionsOf(name))
    case 'scale':
      return call('scale', [numbers(layer.factor), ...optionsOf(name)])
    case 'dropout':
      return call('dropout', [numbers(layer.rate), ...optionsOf(name)])
    case 'activation':
      return activationCode(layer)
    case 'prelu':
      return call(
        'prelu',
        optionsOf([...name, ...varied('slope', layer.slope, 0.25), ...flag('shared', layer.shared, false)]),
      )
    case 'layerNorm':
      return call('layerNorm', optionsOf([...name, ...varied('epsilon', layer.epsilon, 1e-5)]))
    case 'batchNorm': {
      const { scale, epsilon, momentum } = layer
      const own = [
        ...varied('scale', scale, 1),
        ...varied('epsilon', epsilon, 1e-5),
        ...varied('momentum', momentum, 0.1),
      ]
      return call('batchNorm', optionsOf([...name, ...own]))
    }
    case 'chain':
      return chainCode(layer)
    case 'residual':
      return residualCode(layer)
    case 'repeat':
      return call('repeat', [String(layer.times), layerCode(layer.block), ...optionsOf(name)])
  }
}

const nameOf = ({ name }: Layer): Code[] => (name === undefined ? [] : [property('name', quoted(name))])

const initOf = ({ init }: Extract<Layer, { readonly kind: 'dense' | 'conv' }>): Code[] => {
  const code = initializerCode(init)
  return nonDefault('init', layOut(code), 'he()', code)
}

const trainedOf = ({ trained }: Extract<Layer, { readonly kind: 'dense' | 'conv' }>): Code[] =>
  trained === false ? ['trained: false'] : []

const windowOf = ({ kernel, stride }: { readonly kernel: number; readonly stride: number }): Code[] => [
  ...varied('kernel', kernel, 2),
  ...varied('stride', stride, 2),
]

/** An activation, such as `relu()`. The short functions take no name. */
function activationCode(layer: ActivationLayer): Code {
  const { function: kind, slope = 0.01 } = layer
  const name = nameOf(layer)
  if (name.length > 0) return call('activation', [quoted(kind), object([...name, ...varied('slope', slope, 0.01)])])
  return call(kind, slope === 0.01 ? [] : [numbers(slope)])
}

/** A chain, whose function takes no name. */
function chainCode({ layers, name }: ChainLayer): Code {
  const chain = call('chain', layers.map(layerCode))
  return name === undefined ? chain : call('named', [quoted(name), chain])
}

function residualCode(layer: ResidualLayer): Code {
  const { branch, multiplier, trainedMultiplier, shortcut } = layer
  const own = [...varied('multiplier', multiplier, 1), ...flag('trainedMultiplier', trainedMultiplier, false)]
  const skip = shortcut === undefined ? [] : [property('shortcut', layerCode(shortcut))]
  return call('residual', [layerCode(branch), ...optionsOf([...nameOf(layer), ...own, ...skip])])
}
