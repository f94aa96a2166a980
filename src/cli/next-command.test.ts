import { expect, it } from 'vitest'
import type { Advice } from '../index.ts'
import { nextCommand } from './next-command.ts'

const words = [
  'train',
  'mlp',
  '--data',
  'a.csv',
  '--rate',
  '0.03',
  '--epochs=20',
  '--json',
  '--run',
  'runs/a',
  '--exact',
]
const next = (change: Advice['next'], run: string | null = 'runs/a') =>
  nextCommand(words, { finding: 'diverged', sentence: '', next: change }, run).join(' ')

it('the next command has the new value of a flag, and no folder of the earlier run', () => {
  expect(next({ rate: 0.003 })).toBe('train mlp --data a.csv --epochs=20 --exact --rate 0.003')
})

it('a number of steps replaces a number of epochs', () => {
  expect(next({ steps: 900 })).toBe('train mlp --data a.csv --rate 0.03 --exact --steps 900')
})

it('a diagnosis reads the run, or the options if the run was not stored', () => {
  expect(next('diagnose')).toBe('diagnose runs/a')
  expect(next('diagnose', null)).toBe('diagnose mlp --data a.csv --rate 0.03 --epochs=20 --exact')
})
