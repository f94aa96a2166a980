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

  it('keeps every other word unchanged', () => {
    const line = 'train standardise.json --probes default --run standardise --standardize none'
    expect(respelled(line)).toEqual({ words: line, said: [] })
  })
})
