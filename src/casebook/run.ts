/** Runs the case book, or some of it, with some seeds. */
import { type Diagnosis, diagnose, type Verdict } from '../index.ts'
import { type Case, caseOptions } from './cases.ts'

export interface CaseResult {
  readonly name: string
  readonly about: string
  readonly seed: number
  readonly expected: readonly Verdict[]
  readonly verdict: Verdict
  /** All findings' causes, the first one first. */
  readonly findings: readonly Verdict[]
  readonly isRight: boolean
  readonly seconds: number
}

/** The data and the trainings of a case's seed are those of no other. */
export async function runCase(
  one: Case,
  seed: number,
): Promise<{ readonly result: CaseResult; readonly diagnosis: Diagnosis }> {
  const data = one.data(seed)
  const seeds = [0, 1, 2].map((index) => 3 * seed + index)
  const diagnosis = await diagnose(one.network(data), { ...caseOptions, ...one.options, data, seeds })
  const { verdict, findings, seconds } = diagnosis
  const named = findings.map(({ cause }) => cause)
  const { name, about, expected, also = [] } = one
  const isRight = expected.includes(verdict) && also.every((cause) => named.some((found) => found === cause))
  return { diagnosis, result: { name, about, seed, expected, verdict, findings: named, isRight, seconds } }
}
