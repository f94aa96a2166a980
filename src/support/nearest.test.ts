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

describe('the nearest name', () => {
  it('is a few edits away: swaps, missing and other letters, capitals aside', () => {
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

  it('may have the word in it, or be in the word', () => {
    const meant = { cifar: 'cifar-10', 'fashion-mnist': 'mnist', 'two-moons': 'moons', log: 'logEvery' }
    for (const [word, name] of Object.entries(meant)) expect(nearest(word, names), word).toBe(name)
  })

  it('is none for a word that has only a few letters in common with each', () => {
    for (const word of ['digits', 'iris', 'xor', 'constructor', 'q', ''])
      expect(nearest(word, names), word).toBe(undefined)
  })
})

describe('a suggestion', () => {
  it('is a question, and empty where there is nothing to suggest', () => {
    expect(suggestion('minst', names)).toBe('Did you mean mnist? ')
    expect(['mnist', 'q', 5, null].map((word) => suggestion(word, names))).toEqual(['', '', '', ''])
  })
})
