import { describe, expect, it } from 'vitest'
import { blobs, glyphs, parseNetwork } from '../index.ts'
import { changeBetween } from '../settings/changed-options.ts'
import { resolveOptions } from '../settings/options.ts'
import { candidatesOf } from './candidates.ts'

const data = glyphs({ train: 60, test: 20 })
const settings = resolveOptions({ steps: 50 }, 60)
const of = (text: string) => {
  const network = parseNetwork(text, { classes: 10, input: data.shape })
  return candidatesOf({ network, data, settings }, () => true)
}
const firstNames = (text: string): string[] =>
  of(text)
    .slice(0, 4)
    .map(({ name }) => name)

describe('the candidates of a prescription', () => {
  it('begin with the network, and with skip connections for a network that has none', () => {
    expect(firstNames('mlp:depth=40')).toEqual([
      'network',
      'residual links',
      'leaky slope by depth',
      'batch normalization',
    ])
  })

  it('begin with the multiplier for a network with skip connections', () => {
    expect(firstNames('residual-mlp:depth=40,multiplier=1')[1]).toBe('multiplier 1/L')
  })

  it('end with remedies against overfitting, after which only another depth or width is left', () => {
    const names = of('mlp:depth=40').filter(({ isLastResort }) => !isLastResort)
    expect(names.slice(-2).map(({ size }) => size)).toEqual(['regularization', 'regularization'])
    const last = of('mlp:depth=40').filter(({ isLastResort }) => isLastResort)
    expect(new Set(last.map(({ size }) => size))).toEqual(new Set(['depth', 'width']))
  })

  it('are different trainings, and leave out those that do not fit', () => {
    const texts = of('mlp:depth=40').map((one) => JSON.stringify([one.network, one.settings]))
    expect(new Set(texts).size).toBe(texts.length)
    const network = parseNetwork('mlp:depth=4', { classes: 3, input: [2] })
    const none = candidatesOf({ network, data: blobs({ train: 40, test: 20 }), settings }, () => false)
    expect(none.map(({ name }) => name)).toEqual(['network'])
  })

  it('are changes that a command can repeat', () => {
    for (const text of ['mlp:depth=40', 'mlp:depth=12,activation=tanh', 'residual-mlp:depth=40', 'cifar-resnet-8']) {
      const input = text.startsWith('cifar') ? [3, 32, 32] : data.shape
      const network = parseNetwork(text, { classes: 10, input })
      for (const candidate of candidatesOf({ network, data: { ...data, shape: input }, settings }, () => true)) {
        expect(changeBetween(settings, candidate.settings), candidate.name).toMatchObject({ isComplete: true })
      }
    }
  })
})
