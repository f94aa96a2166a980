/**
 * Functions that the command line and the case book use in addition to the public API. The package doesn't export the
 * functions of this module.
 */

export { hashDataset } from './api/hash-dataset.ts'
export { describeProbes, probeOptions } from './api/probes.ts'
export { readRecord } from './api/resume.ts'
export { readComparisonFacts } from './api/resume-comparison.ts'
export { readDiagnosisFacts } from './api/resume-diagnosis.ts'
export { readPrescriptionFacts } from './api/resume-prescription.ts'
export { findModel, readRunFacts } from './api/saved-models.ts'
export {
  generatorTables,
  type OpenedDataset,
  openDataset,
  opensTables,
  readStoredOptions,
  sourceOf,
  tableSource,
} from './data/catalog.ts'
export { type DataShape, shapeOfData } from './data/data-shape.ts'
export { isForeignData } from './data/foreign-data.ts'
export { commonOptions, encodingOptions, tableOptions } from './data/options.ts'
export { dataFolder, storedSets } from './data/stored-sets.ts'
export { usualBudget } from './diagnosis/plan.ts'
export { formatBytes } from './format/bytes.ts'
export { tableText } from './format/table.ts'
export { classesOfOutputs } from './graph/losses.ts'
export { createOptimizer, optimizersWith, usualOptimizer } from './graph/optimizers/table.ts'
export { takesImages } from './network/layer-traits.ts'
export {
  depthInName,
  isLinearPreset,
  isPreset,
  nameWithoutDepth,
  presetData,
  reproducesInputs,
} from './network/presets.ts'
export { atDepth } from './prescription/at-depth.ts'
export { usualPrescriptionBudget } from './prescription/plan.ts'
export type { Dropped, RacePart } from './prescription/race-types.ts'
export { droppedWords, roundedUp } from './prescription/wording.ts'
export { baselineWords, type ReportedBaselines } from './report/baseline-words.ts'
export { curvePicture } from './report/curve-figure.ts'
export { wrongSentence } from './report/diagnosis-answer.ts'
export { probePictures } from './report/probe-figure.ts'
export type { ReportedScores } from './report/reported-scores.ts'
export {
  balanceSentence,
  confusionTable,
  type OutputNames,
  scoreWords,
  worstWords,
} from './report/score-words.ts'
export { trainingPicture } from './report/training-figure.ts'
export { describeRecipe } from './settings/describe.ts'
export { lossNamed } from './settings/loss-kind.ts'
export { machine } from './settings/machine.ts'
export { optimizerOptions } from './settings/optimizer.ts'
export { checkOneLength } from './settings/run-length.ts'
export { outputCounts, shapeForLoss, usualLoss } from './settings/task-losses.ts'
export { training } from './settings/training.ts'
export { type Fields, type Input, pickOptions, without } from './support/fields.ts'
export { readNumber, readNumbers } from './support/kinds.ts'
export { suggestion } from './support/nearest.ts'
export { describeSignal } from './training/signal.ts'
export { describeStartChange } from './training/start-change.ts'
