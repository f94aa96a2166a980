import { expect, it } from 'vitest'
import type { Advice } from '../index.ts'
import { comparisonLines, nextCommand } from './next-command.ts'

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

it('a diagnosis of one network follows a comparison, without the options that only a comparison has', () => {
  const line =
    'compare mlp:activation=tanh resnet-N --data a.csv --depths 4,40 --tune --seeds 5 --run runs/a --report=a.html'
  const words = line.split(' ')
  const { command, tuneCommand, fallingRateCommand, diagnoseCommand } = comparisonLines(words)
  expect(command).toContain(`${line}`)
  expect(diagnoseCommand?.('mlp:activation=tanh', 40)).toMatch(
    / diagnose mlp:activation=tanh,depth=40 --data a\.csv --seeds 5$/,
  )
  expect(diagnoseCommand?.('resnet-N', 56)).toMatch(/ diagnose resnet-56 --data a\.csv --seeds 5$/)
  expect(fallingRateCommand).toMatch(/ compare .* --depths 4,40 --tune --seeds 5 --schedule cosine$/)
  expect(tuneCommand).not.toContain('runs/a')
})

it('a diagnosis has the rate of the network, and keeps a column with the name of a network', () => {
  const words = 'compare mlp --data a.csv --rate 0.3 --label mlp --json residual-mlp --rates 0.01,0.1'.split(' ')
  const { diagnoseCommand } = comparisonLines(words)
  expect(diagnoseCommand?.('mlp', 4)).toMatch(/ diagnose mlp:depth=4 --data a\.csv --rate 0\.3 --label mlp$/)
  expect(diagnoseCommand?.('mlp', 4, 0.1)).toMatch(/ diagnose mlp:depth=4 --data a\.csv --label mlp --rate 0\.1$/)
})
