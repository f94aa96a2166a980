import { expect, it } from 'vitest'
import { finalistsOf, givenOf, improvements } from './judge.ts'
import { race } from './race.ts'
import type { RaceOptions, RaceOutcome, RacePart, RaceRequest, Racer } from './race-types.ts'

const racer = (name: string, size: Racer['size'], cost = 1): Racer => ({ name, size, cost })
const network = racer('network', 'rate')

const options: RaceOptions = {
  racers: [network, racer('links', 'skip'), racer('norm', 'normalization'), racer('start', 'start')],
  lastResorts: [],
  given: 0.1,
  steps: 900,
  rungs: [100, 300],
  finalists: 2,
  seeds: [0, 1, 2, 3, 4],
  raceSeeds: [5, 6],
  looksEarly: false,
}

/** A made-up training: the score of a candidate at a rate, or null if the training diverges. */
type Score = (request: RaceRequest) => number | null

/** A little noise that depends on the seed, so that intervals have a width. */
const noise = ({ seed, racer: name }: RaceRequest): number => 0.004 * (((seed + name.length) * 7) % 5)

/** Runs a race with made-up results. `limit` stops the race after a number of rounds. */
function run(score: Score, own: Partial<RaceOptions> = {}, order = (requests: RaceOutcome[]) => requests) {
  const all = { ...options, ...own }
  const running = race(all)
  const rounds: { part: RacePart; requests: readonly RaceRequest[] }[] = []
  let next = running.next([])
  while (!next.done) {
    const { part, requests } = next.value
    rounds.push({ part, requests })
    const made = requests.map((request): RaceOutcome => {
      const own = score(request)
      return { ...request, score: own === null ? 1 : Math.min(1, own + noise(request)), diverged: own === null }
    })
    next = running.next(order(made))
  }
  const { outcomes, dropped } = next.value
  const finalists = finalistsOf(outcomes)
  const given = givenOf(finalists, 'network')
  const found = given ? improvements(finalists, [...all.racers, ...all.lastResorts], given) : []
  return { rounds, dropped, finalists, cures: found.map(({ finalist }) => finalist) }
}

const at = (values: Readonly<Record<string, number | null>>): Score => {
  return ({ racer: name }) => values[name]
}

it('The best change wins at its own best rate, which may be a tenth of the given rate.', () => {
  const score: Score = ({ racer: name, rate }) => (name === 'links' ? (rate === 0.01 ? 0.1 : 0.6) : 0.9)
  const { cures, dropped, rounds } = run(score)
  expect(cures[0]).toMatchObject({ racer: 'links', rate: 0.01 })
  expect(dropped.map(({ racer: name }) => name)).toEqual(expect.arrayContaining(['norm']))
  expect(new Set(rounds.map(({ part }) => part))).toEqual(new Set(['first', 'second', 'whole', 'final']))
})

it('Of two changes that help equally, the smallest one wins.', () => {
  const { cures } = run(at({ network: 0.9, links: 0.1, norm: 0.105, start: 0.5 }))
  expect(cures.map(({ racer: name }) => name)).toEqual(['norm', 'links'])
})

it('A better change wins against a smaller one.', () => {
  const { cures } = run(at({ network: 0.9, links: 0.1, norm: 0.3, start: 0.8 }))
  expect(cures.map(({ racer: name }) => name)).toEqual(['links', 'norm'])
})

it('A rate is a cure: the network at another rate wins if no change is better.', () => {
  const score: Score = ({ racer: name, rate }) => {
    if (name === 'network' || name === 'start') return rate === 0.001 ? 0.1 : 0.9
    return 0.95
  }
  const { cures } = run(score)
  expect(cures[0]).toMatchObject({ racer: 'start', rate: 0.001 })
  expect(cures[1]).toMatchObject({ racer: 'network', rate: 0.001 })
  const alone = run(({ racer: name, rate }) => (name === 'network' && rate === 0.001 ? 0.1 : 0.9))
  expect(alone.cures.map((one) => [one.racer, one.rate])).toEqual([['network', 0.001]])
})

it('Nothing wins if nothing helps beyond the spread of the seeds, or by less than 5%.', () => {
  expect(run(at({ network: 0.9, links: 0.9, norm: 0.9, start: 0.9 })).cures).toEqual([])
  expect(run(at({ network: 0.5, links: 0.48, norm: 0.5, start: 0.5 })).cures).toEqual([])
})

it('A seed that diverged counts as guessing, so a change that diverges with some seeds can lose.', () => {
  const score: Score = ({ racer: name, seed }) => (name === 'links' ? (seed > 2 && seed < 5 ? null : 0.2) : 0.6)
  const { cures, finalists } = run(score)
  expect(finalists.find((one) => one.racer === 'links')?.runs.map((one) => one.score)).toContain(1)
  expect(cures).toEqual([])
})

it('A network that always diverges is compared with guessing.', () => {
  const { cures } = run(at({ network: null, links: 0.2, norm: null, start: null }))
  expect(cures[0].racer).toBe('links')
})

it('If nothing learns at the first rates, the network is tried at much lower and much higher rates.', () => {
  const far: Score = ({ racer: name, rate }) => (name === 'network' && rate <= 1e-5 ? 0.1 : null)
  const { cures } = run(far)
  expect(cures[0]).toMatchObject({ racer: 'network' })
  expect(cures[0].rate).toBeLessThanOrEqual(1e-5)
  const small: Score = ({ racer: name, rate }) => (name === 'network' && rate >= 10 ? 0.1 : 1)
  expect(run(small).cures[0].rate).toBeGreaterThanOrEqual(10)
})

it('The seeds of the final are fresh, and the short trainings have other seeds.', () => {
  const { rounds } = run(at({ network: 0.9, links: 0.1, norm: 0.5, start: 0.8 }))
  const seedsOf = (isFinal: boolean): number[] =>
    rounds
      .filter(({ part }) => (part === 'final') === isFinal)
      .flatMap(({ requests }) => requests.map(({ seed }) => seed))
  expect(new Set(seedsOf(true))).toEqual(new Set(options.seeds))
  expect(seedsOf(false).every((seed) => !options.seeds.includes(seed))).toBe(true)
})

it('A rate that is too high for a whole training is lowered before the final.', () => {
  const score: Score = ({ racer: name, part, rate }) => {
    if (name !== 'links') return 0.9
    return (part === 'whole' || part === 'final') && rate > 0.02 ? null : 0.1
  }
  const { cures } = run(score)
  expect(cures[0].racer).toBe('links')
  expect(cures[0].rate).toBeLessThan(0.02)
})

it('A candidate with slower steps gets fewer of them.', () => {
  const racers = [network, racer('links', 'skip', 2), racer('norm', 'normalization'), racer('start', 'start')]
  const { rounds } = run(at({ network: 0.9, links: 0.1, norm: 0.5, start: 0.8 }), { racers })
  const steps = rounds.flatMap(({ requests }) =>
    requests.filter(({ racer: name }) => name === 'links').map((request) => [request.part, request.steps]),
  )
  expect(Object.fromEntries(steps)).toEqual({ first: 50, second: 150, whole: 450, final: 450 })
})

it('The final ends after three seeds if they decide it, and only if an early look is planned.', () => {
  const score = at({ network: 0.9, links: 0.1, norm: 0.5, start: 0.8 })
  const countOf = (own: Partial<RaceOptions>): number | undefined =>
    run(score, own).finalists.find((one) => one.racer === 'links')?.runs.length
  expect(countOf({ looksEarly: true })).toBe(3)
  expect(countOf({})).toBe(5)
  const close = at({ network: 0.9, links: 0.5, norm: 0.5, start: 0.8 })
  expect(run(close, { looksEarly: true }).finalists[0].runs).toHaveLength(5)
})

it('A change of depth or width is tried only if nothing else helps.', () => {
  const lastResorts = [racer('fewer layers', 'depth')]
  const values = { network: 0.9, links: 0.9, norm: 0.9, start: 0.9, 'fewer layers': 0.1 }
  expect(run(at(values), { lastResorts }).cures[0].racer).toBe('fewer layers')
  const helped = run(at({ ...values, start: 0.2 }), { lastResorts })
  expect(helped.cures[0].racer).toBe('start')
  expect(helped.finalists.map(({ racer: name }) => name)).not.toContain('fewer layers')
})

it('A race of three candidates without the second part, with one finalist, has an answer.', () => {
  const { cures, rounds } = run(at({ network: 0.9, links: 0.1, norm: 0.5, start: 0.8 }), { rungs: [60], finalists: 1 })
  expect(cures.map(({ racer: name }) => name)).toEqual(['links'])
  expect(rounds.map(({ part }) => part)).not.toContain('second')
})

it('The order in which results arrive makes no difference.', () => {
  const score = at({ network: 0.9, links: 0.1, norm: 0.12, start: 0.3 })
  const backwardOrder = run(score, {}, (made) => made.toReversed())
  expect(backwardOrder).toEqual(run(score))
})
