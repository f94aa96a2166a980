import { describe, expect, it } from 'vitest'
import { longestLabel, networkLabels } from './network-labels.ts'

describe('networkLabels', () => {
  it.each([
    ['mlp:activation=tanh mlp:activation=relu mlp:activation=relu,norm=batch', ['tanh', 'relu', 'relu, norm=batch']],
    ['mlp:width=64 residual-mlp:width=64', ['plain', 'residual']],
    ['mlp residual-mlp linear linear-residual', ['plain', 'residual', 'linear', 'linear residual']],
    ['mlp mlp:norm=batch', ['plain', 'norm=batch']],
    ['mlp:width=8 mlp:width=64', ['width=8', 'width=64']],
    ['mlp:activation=tanh,width=8 mlp:width=8,activation=relu', ['tanh', 'relu']],
    [
      'mlp:activation=tanh residual-mlp:activation=tanh residual-mlp:activation=relu',
      ['plain', 'residual, tanh', 'residual, relu'],
    ],
    ['mlp plain-N', ['mlp', 'plain-N']],
    ['resnet-N plain-N', ['resnet', 'plain']],
    ['resnet-N resnet-N:remedy=fixup', ['resnet', 'remedy=fixup']],
    ['nets/deep.json nets/wide.json', ['deep', 'wide']],
    ['nets/deep.json mlp', ['deep', 'plain']],
    ['wide-resnet-D-K:width=4', ['wide-resnet-K']],
  ])('of %s are %j', (texts, labels) => {
    expect(networkLabels(texts.split(' '))).toEqual(labels)
  })

  it('are short and different, however long the texts are', () => {
    const long = Array.from({ length: 12 }, (_, index) => `mlp:widths=${'100-'.repeat(20)}${index}`)
    const labels = networkLabels([...long, 'a/net.json', 'b/net.json'])
    expect(new Set(labels).size).toBe(labels.length)
    expect(Math.max(...labels.map(({ length }) => length))).toBeLessThanOrEqual(longestLabel)
    expect(labels.slice(-2)).toEqual(['net 1', 'net 2'])
  })
})
