/** Runs one case of the case book with one seed. */
import { type Diagnosis, diagnose, type Verdict } from '../index.ts'
import { type Case, caseOptions } from './cases.ts'

export interface CaseResult {
  readonly name: string
  readonly about: string
  readonly seed: number
  readonly expected: readonly Verdict[]
  readonly verdict: Verdict
  /** Causes of all findings, in the order in which the diagnosis lists the findings. */
  readonly findings: readonly Verdict[]
  readonly isRight: boolean
  readonly seconds: number
}

/** Diagnoses one case. Every seed of a case gives its own data set and its own three training seeds. */
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
