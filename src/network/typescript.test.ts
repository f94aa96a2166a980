import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryNetwork } from '../../test/support/arbitrary-network.ts'
import * as library from '../index.ts'
import { families } from './families/table.ts'
import { chain, conv, dense, named, relu, repeat, residual } from './layers.ts'
import type { Network } from './network.ts'
import { parseNetwork } from './presets.ts'
import { networkToTypeScript } from './typescript.ts'

/** Runs the printed code with the functions of the public API that its first line imports. */
function evaluated(code: string): unknown {
  const [, names, body] = /^import \{ (.+) \} from 'isobath'\n\nexport const network = ([\s\S]+)\n$/.exec(code) ?? []
  const functions = new Map<string, unknown>(Object.entries(library))
  const imported = names.split(', ')
  return new Function(...imported, `return ${body}`)(...imported.map((name) => functions.get(name)))
}

function expectSame(network: Network): void {
  const code = networkToTypeScript(network)
  expect(evaluated(code), code).toStrictEqual(JSON.parse(JSON.stringify(network)))
}

const print = (text: string): string => networkToTypeScript(parseNetwork(text, { classes: 10 }))

describe('networkToTypeScript:', () => {
  test('a network is printed with its imports and without default values', () => {
    expect(print('residual-mlp:depth=59,norm=batch')).toMatchInlineSnapshot(`
      "import { batchNorm, chain, dense, relu, repeat, residual } from 'isobath'

      export const network = chain(
        dense(64, { name: 'first' }),
        batchNorm(),
        relu(),
        repeat(
          58,
          residual(chain(dense(64), batchNorm(), relu()), { multiplier: 1 / 59 }),
          { name: 'hidden' },
        ),
        dense(10, { name: 'readout' }),
      )
      "
    `)
    expect(print('mlp:depth=3,width=8,activation=leakyRelu,slope=0.47')).toMatchInlineSnapshot(`
      "import { chain, dense, leakyRelu, repeat } from 'isobath'

      export const network = chain(
        dense(8, { name: 'first' }),
        leakyRelu(0.47),
        repeat(2, chain(dense(8), leakyRelu(0.47)), { name: 'hidden' }),
        dense(10, { name: 'readout' }),
      )
      "
    `)
    expect(print('cifar-resnet-8')).toMatchInlineSnapshot(`
      "import { activation, batchNorm, chain, conv, dense, globalAveragePool, named, relu, repeat, residual, subsample } from 'isobath'

      export const network = chain(
        named('stem', chain(conv(16, { bias: false }), batchNorm(), relu())),
        named(
          'stage1',
          chain(
            repeat(
              1,
              chain(
                residual(
                  chain(
                    conv(16, { bias: false }),
                    batchNorm(),
                    relu(),
                    conv(16, { bias: false }),
                    batchNorm(),
                  ),
                  { name: '' },
                ),
                activation('relu', { name: 'output' }),
              ),
              { name: 'block' },
            ),
          ),
        ),
        named(
          'stage2',
          chain(
            named(
              'first',
              chain(
                residual(
                  chain(
                    conv(32, { stride: 2, bias: false }),
                    batchNorm(),
                    relu(),
                    conv(32, { bias: false }),
                    batchNorm(),
                  ),
                  { name: '', shortcut: subsample({ stride: 2, channels: 32 }) },
                ),
                activation('relu', { name: 'output' }),
              ),
            ),
          ),
        ),
        named(
          'stage3',
          chain(
            named(
              'first',
              chain(
                residual(
                  chain(
                    conv(64, { stride: 2, bias: false }),
                    batchNorm(),
                    relu(),
                    conv(64, { bias: false }),
                    batchNorm(),
                  ),
                  { name: '', shortcut: subsample({ stride: 2, channels: 64 }) },
                ),
                activation('relu', { name: 'output' }),
              ),
            ),
          ),
        ),
        globalAveragePool({ name: 'pool' }),
        dense(10, { name: 'readout' }),
      )
      "
    `)
  })

  test('fractions of the depth are printed as fractions, and long lists in full lines', () => {
    const root = residual(dense(4), { multiplier: 1 / Math.sqrt(58) })
    const list = Array.from({ length: 30 }, (_, index) => 1 / (index + 1))
    const loop = repeat(30, residual(dense(4), { multiplier: list }))
    expect(networkToTypeScript(named('body', chain(root, loop)))).toMatchInlineSnapshot(`
      "import { chain, dense, named, repeat, residual } from 'isobath'

      export const network = named(
        'body',
        chain(
          residual(dense(4), { multiplier: 1 / Math.sqrt(58) }),
          repeat(
            30,
            residual(
              dense(4),
              {
                multiplier: [
                  1, 0.5, 1 / 3, 0.25, 0.2, 1 / 6, 1 / 7, 0.125, 1 / 9, 0.1, 1 / 11, 1 / 12, 1 / 13,
                  1 / 14, 1 / 15, 0.0625, 1 / 17, 1 / 18, 1 / 19, 0.05, 1 / 21, 1 / 22, 1 / 23, 1 / 24,
                  0.04, 1 / 26, 1 / 27, 1 / 28, 1 / 29, 1 / 30,
                ],
              },
            ),
          ),
        ),
      )
      "
    `)
  })

  test('the code of every preset makes an equal network', () => {
    for (const { stem, numbers, input, classes } of families) {
      const name = numbers === undefined ? stem : `${stem}-${firstNumbers(numbers.holds, numbers.count).join('-')}`
      expectSame(parseNetwork(name, { input, classes }))
    }
  })

  test('the code of every remedy and start of the presets makes an equal network', () => {
    for (const text of [
      'residual-mlp:depth=20,multiplier=1/sqrt(l)',
      'residual-mlp:depth=9,remedy=rezero',
      'mlp:depth=9,init=orthogonal,norm=layer,dropout=0.2',
      'mlp:widths=8-4-8,activation=prelu,output=sigmoid',
      'resnet-20:remedy=fixup',
      'cifar-resnet-20:shortcut=c',
    ]) {
      expectSame(parseNetwork(text, { classes: 10 }))
    }
  })

  test('the code of random networks makes an equal network', () => {
    fc.assert(fc.property(arbitraryNetwork({ input: [2, 3, 3] }), expectSame), { numRuns: 300 })
    fc.assert(fc.property(arbitraryNetwork(), expectSame), { numRuns: 300 })
  })

  test('names are printed for every kind of layer', () => {
    expectSame(
      chain(
        named('a', conv(4)),
        named('b', relu()),
        named('c', library.leakyRelu(0.3)),
        named('d', library.maxPool({ padding: 'same', stride: 1 })),
        named('e', library.averagePool()),
        named('f', library.subsample({ stride: 1, channels: 8 })),
        named('g', library.globalAveragePool()),
        named('h', library.batchNorm({ epsilon: 1e-3 })),
        named('i', library.flatten()),
        named('', repeat(2, named('k', chain(named('l', residual(named('m', dense(8)))))))),
        named('n', library.scale(-2.5e-9)),
      ),
    )
  })

  test('a value that is no network is refused', () => {
    expect(() => networkToTypeScript(JSON.parse('{ "kind": "dens" }'))).toThrow(/dense/)
  })
})

/** The smallest numbers of a preset's name that its family allows. */
function firstNumbers(holds: (numbers: readonly number[]) => boolean, count: number): number[] {
  const upTo = Array.from({ length: 200 }, (_, index) => index + 1)
  const rest = count === 1 ? [[]] : [[1], [2], [4]]
  const found = upTo.flatMap((first) => rest.map((others) => [first, ...others])).find((numbers) => holds(numbers))
  if (found === undefined) throw new Error('no numbers fit')
  return found
}
