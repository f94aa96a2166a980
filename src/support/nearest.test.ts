import { describe, expect, it } from 'vitest'
import { nearest, suggestion } from './nearest.ts'

const names = [
  'blobs',
  'cifar-10',
  'csv',
  'glyphs',
  'mnist',
  'moons',
  'sawtooth',
  'spirals',
  'tiles',
  'logEvery',
  'loss',
]

describe('nearest:', () => {
  it('the nearest name may differ from the word by swapped, missing or other letters, ignoring case', () => {
    const meant = {
      minst: 'mnist',
      Glyph: 'glyphs',
      moonz: 'moons',
      cvs: 'csv',
      CIFAR10: 'cifar-10',
      sawtoth: 'sawtooth',
    }
    for (const [word, name] of Object.entries(meant)) expect(nearest(word, names), word).toBe(name)
  })

  it('the nearest name may contain the word, or be contained in the word', () => {
    const meant = { cifar: 'cifar-10', 'fashion-mnist': 'mnist', 'two-moons': 'moons', log: 'logEvery' }
    for (const [word, name] of Object.entries(meant)) expect(nearest(word, names), word).toBe(name)
  })

  it('a word that is similar to no name has no nearest name', () => {
    for (const word of ['digits', 'iris', 'xor', 'constructor', 'q', ''])
      expect(nearest(word, names), word).toBe(undefined)
  })
})

describe('suggestion:', () => {
  it('a suggestion is a question, or empty if there is no name to suggest', () => {
    expect(suggestion('minst', names)).toBe('Did you mean mnist? ')
    expect(['mnist', 'q', 5, null].map((word) => suggestion(word, names))).toEqual(['', '', '', ''])
  })
})
