import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import type { Advice } from '../index.ts'
import { changedCommand, comparisonLines, cureCommand, nextCommand } from './next-command.ts'
import { addTrainingOptions, trainingOptions } from './training-options.ts'

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

it('a list of values repeats its flag, and replaces all earlier values of the flag', () => {
  const given = 'train mlp --layer-rate readout=0.5 --rate 0.03 --layer-rate=first=2'.split(' ')
  const changed = changedCommand(given, { layerRates: ['first=56.2', 'hidden=1,0.5'] })
  expect(changed.join(' ')).toBe('train mlp --rate 0.03 --layer-rate first=56.2 --layer-rate hidden=1,0.5')
  expect(changedCommand(given, { layerRates: [] }).join(' ')).toBe('train mlp --rate 0.03')
})

describe('The command of a cure', () => {
  const diagnosis =
    'diagnose mlp:depth=60 --data mnist --rate 0.03 --epochs 5 --seeds 5 --budget=60 --quick --against mlp --run d'
  const cure = (change: Parameters<typeof cureCommand>[2], file: string | null, line = diagnosis): string =>
    cureCommand(line.split(' '), 'mlp:depth=60', change, file).join(' ')

  it('trains the network with the changed options, without the options of the diagnosis', () => {
    expect(cure({ steps: 600, rate: 0.003 }, null)).toBe('train mlp:depth=60 --data mnist --steps 600 --rate 0.003')
    expect(cure({ start: 'lsuv', epsilon: 1e-16, warmup: 60 }, null)).toBe(
      'train mlp:depth=60 --data mnist --rate 0.03 --epochs 5 --start lsuv --epsilon 1e-16 --warmup 60',
    )
  })

  it('names the file of a changed network', () => {
    expect(cure({ steps: 600 }, 'd/cure.json')).toBe('train d/cure.json --data mnist --rate 0.03 --steps 600')
    const labeled = 'diagnose mlp:depth=60 --data a.csv --label mlp:depth=60'
    expect(cure({}, 'cure.json', labeled)).toBe('train cure.json --data a.csv --label mlp:depth=60')
  })

  it('gives the training the options that the change names', () => {
    const words = cure(
      { rate: 0.003, steps: 600, layerRates: ['first=56.2', 'hidden=1,0.5'], weightDecay: 0.0001 },
      null,
    )
    const command = addTrainingOptions(new Command('train').argument('<network>').option('--data <name>'))
    command.exitOverride().parse(words.split(' ').slice(1), { from: 'user' })
    const { layerRates, steps, optimizer } = trainingOptions(command.opts())
    expect({ layerRates, steps }).toEqual({ layerRates: { first: 56.2, hidden: [1, 0.5] }, steps: 600 })
    expect(optimizer).toMatchObject({ rate: 0.003, rule: { weightDecay: 0.0001 } })
  })
})
