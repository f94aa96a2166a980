import { describe, expect, it } from 'vitest'
import { withCurrentSpelling } from './renamed-flags.ts'

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

  it('keeps every other word unchanged', () => {
    const line = 'train standardise.json --probes default --run standardise --standardize none'
    expect(respelled(line)).toEqual({ words: line, said: [] })
  })
})
