import { describe, expect, it, test } from 'vitest'
import { flagAliases, lossAliases } from '../support/aliases.ts'
import { withCurrentSpelling, withTypedFlag } from './renamed-flags.ts'

function respelled(line: string): { words: string; said: readonly string[] } {
  const said: string[] = []
  return { words: withCurrentSpelling(line.split(' '), (text) => said.push(text)).join(' '), said }
}

describe('a command line with old spellings', () => {
  it('gets the current flag, and one message names both spellings', () => {
    for (const value of [' none', '=none']) {
      expect(respelled(`train mlp --standardise${value} --steps 3`)).toEqual({
        words: `train mlp --standardize${value} --steps 3`,
        said: ['--standardise is now spelled --standardize. The old spelling still works in this version.'],
      })
    }
  })

  it('gets the current names of probes', () => {
    const said = [
      'neighbourSimilarity is now spelled neighborSimilarity. The old spelling still works in this version.',
    ]
    expect(respelled('train mlp --probes cosine,neighbourSimilarity')).toEqual({
      words: 'train mlp --probes cosine,neighborSimilarity',
      said,
    })
    expect(respelled('train mlp --probes=neighbourSimilarity').said).toEqual(said)
  })

  it('are announced once, also after a bare --probes', () => {
    const given =
      'train mlp --probes --standardise none --standardise none --probes neighbourSimilarity,neighbourSimilarity'
    const { words, said } = respelled(given)
    expect(words).toBe(given.replaceAll('standardise', 'standardize').replaceAll('neighbour', 'neighbor'))
    expect(said).toEqual([expect.stringMatching(/^--standardise is/), expect.stringMatching(/^neighbourSimilarity is/)])
  })

  it('stay as they are if they are the value of a flag or follow --', () => {
    const lines = [
      'train mlp --label --standardise --steps 3',
      'predict r --out --standardise',
      'train -- --standardise',
    ]
    for (const line of lines) expect(respelled(line)).toEqual({ words: line, said: [] })
  })

  it('gets the flag that an alias stands for, without a message', () => {
    for (const [alias, flag] of Object.entries(flagAliases)) {
      for (const value of [' 3', '=3'])
        expect(respelled(`train mlp ${alias}${value} --quick ${alias}${value}`)).toEqual({
          words: `train mlp ${flag}${value} --quick ${flag}${value}`,
          said: [],
        })
    }
  })

  it('gets the loss that a short name stands for, without a message', () => {
    for (const [alias, loss] of Object.entries(lossAliases)) {
      for (const between of [' ', '='])
        expect(respelled(`train ${alias} --loss${between}${alias}`)).toEqual({
          words: `train ${alias} --loss${between}${loss}`,
          said: [],
        })
    }
  })

  it('keeps aliases that are values of other flags, and names of methods of objects', () => {
    for (const line of ['predict r --label --lr --out mse', 'train --loss constructor', 'train --toString=3']) {
      expect(respelled(line)).toEqual({ words: line, said: [] })
    }
  })

  it('keeps every other word unchanged', () => {
    const line = 'train standardise.json --probes default --run standardise --standardize none'
    expect(respelled(line)).toEqual({ words: line, said: [] })
  })
})

test('an error about an unknown flag names the flag as the user typed it', () => {
  const named = (line: string, unknown: string): string => {
    const given = line.split(' ')
    const words = withCurrentSpelling(given, () => {})
    return withTypedFlag(`error: unknown option '${unknown}'`, given, words)
  }
  expect(named('count mlp --lr 3', '--rate')).toBe("error: unknown option '--lr'")
  expect(named('count mlp --lr=3', '--rate=3')).toBe("error: unknown option '--lr=3'")
  expect(named('count mlp --rate 3', '--rate')).toBe("error: unknown option '--rate'")
  expect(named('count mlp --x --lr 3', '--x')).toBe("error: unknown option '--x'")
})
