/** The report of a prescription. */
import { isLinearPreset } from '../network/presets.ts'
import { usualPrescriptionBudget } from '../prescription/plan.ts'
import type { Prescription } from '../prescription/prescription.ts'
import { prescriptionPicture, prescriptionReport, prescriptionText } from '../report/prescription.ts'
import { describeRecipe } from '../settings/describe.ts'
import { version } from '../support/version.ts'
import { checkFacts, checkResult, describeSet, modeText, type Report, type ReportFacts } from './reports.ts'

/** Facts for the report of a prescription. */
export interface PrescriptionReportFacts extends ReportFacts {
  /** Name of the network in the report, `network` by default. */
  readonly label?: string
  /** Command line that trains the network with the best change. */
  readonly cureCommand?: string
  /** Budget of the prescription in seconds, 300 by default, as in `prescribe`. */
  readonly budget?: number
}

/**
 * Builds the report of a prescription: `reportPrescription(prescription, { data, label: 'mlp:depth=60' }).html()`. `facts`
 * repeats arguments that `prescribe` was called with. Throws an `option` error if an argument is invalid, and a `data`
 * error if the samples contradict their data set.
 */
export function reportPrescription(prescription: Prescription, facts: PrescriptionReportFacts): Report {
  checkResult('reportPrescription', prescription, ['answer', 'finalists', 'candidates', 'settings', 'mode'])
  checkFacts(facts)
  const { settings, mode } = prescription
  const { data, command, cureCommand, label = 'network', budget = usualPrescriptionBudget } = facts
  const report = {
    ...prescription,
    command,
    cureCommand,
    version,
    mode: modeText(mode),
    budgetSeconds: budget,
    network: label,
    dataset: describeSet(data, settings),
    steps: settings.steps,
    batch: settings.batch,
    optimizer: describeRecipe(settings),
    // A preset that is linear by its name has no nonlinearity on purpose.
    facts: prescription.facts.filter(({ fact }) => fact !== 'no-nonlinearity' || !isLinearPreset(label)),
  }
  return {
    text: () => prescriptionText(report),
    html: () => prescriptionReport(report),
    picture: () => prescriptionPicture(report),
  }
}
