/** The public API of Isobath for programs. The command line also imports functions from `internal.ts`. */

declare global {
  /** Declares AbortSignal for programs that include neither the types of the DOM nor the types of Node. */
  interface AbortSignal {
    readonly aborted: boolean
  }
}

export { type Advice, type AdvisedChange, type AdvisedTraining, adviceFor } from './api/advice.ts'
export type { Comparison, ComparisonEvent, ComparisonRun } from './api/carry-out-comparison.ts'
export { type Checked, type CheckOptions, check } from './api/check.ts'
export { type CompareOptions, compare, type NetworkFamily } from './api/compare.ts'
export type { ComparedFact } from './api/compared-facts.ts'
export type { NextCommands } from './api/comparison-advice.ts'
export type { TrainingOutcome } from './api/comparison-outcome.ts'
export type { NetworkRate, TunedRun } from './api/comparison-rates.ts'
export type { ComparisonTrial } from './api/comparison-trials.ts'
export { type DiagnoseOptions, diagnose } from './api/diagnose.ts'
export { type DiagnoseRunOptions, diagnoseRun } from './api/diagnose-run.ts'
export { type Evaluated, type EvaluateOptions, evaluate } from './api/evaluate.ts'
export {
  type CurvePoint,
  type CurveTrial,
  describeCurve,
  type LearningCurveOptions,
  learningCurve,
} from './api/learning-curve.ts'
export { decodeModel, encodeModel, type Model } from './api/model.ts'
export {
  type ClassPredictions,
  type ModelPredictOptions,
  type Predictions,
  type PredictOptions,
  predict,
  type SetName,
  setNames,
  type ValuePredictions,
} from './api/predict.ts'
export { type PrescribeOptions, prescribe } from './api/prescribe.ts'
export { type PrescriptionReportFacts, reportPrescription } from './api/prescription-report.ts'
export type { PrescriptionEvent } from './api/prescription-request.ts'
export { type ProbeOptions, probedLayers, probeSamples, type SampleOptions } from './api/probes.ts'
export {
  type ComparisonReportFacts,
  type DiagnosisReportFacts,
  type Report,
  type ReportFacts,
  reportComparison,
  reportDiagnosis,
} from './api/reports.ts'
export { type ResumeOptions, resume } from './api/resume.ts'
export { type ResumeComparisonOptions, resumeComparison } from './api/resume-comparison.ts'
export { type ResumeDiagnosisOptions, resumeDiagnosis } from './api/resume-diagnosis.ts'
export { type ResumePrescriptionOptions, resumePrescription } from './api/resume-prescription.ts'
export {
  loadModel,
  loadWeights,
  type ReadRunOptions,
  type RunFacts,
  readRun,
  type SavedRun,
  type SizedWeights,
  saveWeights,
} from './api/saved-models.ts'
export {
  type EvaluationReportFacts,
  reportEvaluation,
  reportTraining,
  type ScoreReport,
  type TrainingReportFacts,
} from './api/score-report.ts'
export { kernelsOf, type ShownKernels, type ShowOptions, type ShowStage, show, stages } from './api/show.ts'
export type { StuckNetwork } from './api/stuck-networks.ts'
export type { RateSign, SuspectRate } from './api/suspect-rates.ts'
export { type Run, type TrainOptions, train } from './api/train.ts'
export type { MachineChoice } from './api/with-machine.ts'
export type {
  Backend,
  Capabilities,
  CompileOptions,
  DownloadOptions,
  InputRows,
  Precision,
  Program,
  RunResult,
  Values,
} from './backends/backend.ts'
export {
  type BackendMaker,
  type BackendName,
  type CreateMachineOptions,
  createMachine,
  type Machine,
  type Mode,
} from './backends/machine.ts'
export { createReferenceBackend } from './backends/reference/backend.ts'
export { createWasmBackend, type WasmOptions } from './backends/wasm/backend.ts'
export type { Baselines, Guessing } from './baselines/baselines.ts'
export type { LinearBaseline } from './baselines/best-linear-model.ts'
export type { Blueprint, LayerBlueprint, ParameterBlueprint, Shape } from './blueprint/blueprint.ts'
export { type Count, type CountRatio, compareCounts, count } from './blueprint/count.ts'
export { createBlueprint } from './blueprint/create.ts'
export { initialize } from './blueprint/initialize.ts'
export { type SummaryOptions, summaryTable } from './blueprint/summary.ts'
export { type Augmentation, augmentationNames } from './data/augment.ts'
export { type BlobsOptions, blobs } from './data/blobs.ts'
export {
  type CatalogRow,
  catalog,
  loadDataset,
} from './data/catalog.ts'
export type { CheckedFile } from './data/check.ts'
export { type CsvOptions, type CsvSource, type EncodedColumn, readCsv, type TableEncoding } from './data/csv.ts'
export { autoencode, type Dataset, inputSize, outputsOf, type Samples, type Task, taskOf } from './data/dataset.ts'
export type { DatasetOptions } from './data/dataset-options.ts'
export type { FetchedFile, FetchOptions } from './data/fetch.ts'
export { glyphs } from './data/glyphs.ts'
export { type Order, orderNames } from './data/order.ts'
export { dataset, type OwnDataset, type OwnInputs, type OwnSamples } from './data/own-arrays.ts'
export { moons, spirals } from './data/planar.ts'
export { type SawtoothOptions, sawtooth } from './data/sawtooth.ts'
export {
  type Scale,
  type Standardization,
  type Statistics,
  standardizationNames,
  type TargetStandardization,
  targetStandardizationNames,
} from './data/standardize.ts'
export { checkDataset, fetchDataset } from './data/stored-sets.ts'
export { type TeacherOptions, teacher } from './data/teacher.ts'
export { tiles } from './data/tiles.ts'
export type { Cause, Verdict } from './diagnosis/cause.ts'
export type { ControlName } from './diagnosis/controls.ts'
export type { DiagnosisEvent } from './diagnosis/events.ts'
export type { Diagnosis, Exclusion, Finding, OpenCause } from './diagnosis/summary.ts'
export type { StartOf } from './diagnosis/task.ts'
export type { DiagnosisTrial, TrialRecord } from './diagnosis/trial-record.ts'
export type { RateLadder, TriedRung } from './diagnosis/tried-rates.ts'
export type { EvidenceRow } from './diagnosis/wording/words.ts'
export { type Fact, type FactChange, type FactName, factNames } from './facts/fact.ts'
export type { Graph } from './graph/graph.ts'
export { type LossName, lossNames } from './graph/losses.ts'
export { type AdagradOptions, adagrad } from './graph/optimizers/adagrad.ts'
export { type AdamOptions, adam, adamw } from './graph/optimizers/adam.ts'
export { type LionOptions, lion } from './graph/optimizers/lion.ts'
export { type MomentumOptions, momentum, momentumScheduleNames, nesterov } from './graph/optimizers/momentum.ts'
export { type RmspropOptions, rmsprop } from './graph/optimizers/rmsprop.ts'
export { type SgdOptions, sgd } from './graph/optimizers/sgd.ts'
export { describeOptimizer, type Optimizer, type OptimizerName, optimizerNames } from './graph/optimizers/table.ts'
export type { ActivationName } from './network/activations.ts'
export * from './network/initializers.ts'
export { networkFromJson } from './network/json.ts'
export * from './network/layers.ts'
export type { FanMode, Initializer, Layer, Network, ScaledDistribution, Varying } from './network/network.ts'
export { type PresetContext, parseNetwork, withDepth } from './network/presets.ts'
export { networkToTypeScript } from './network/typescript.ts'
export type {
  FinalRun,
  Interval,
  PrescribedCure,
  Prescription,
  PrescriptionCandidate,
  PrescriptionFinalist,
} from './prescription/prescription.ts'
export type { PrescriptionTrial } from './prescription/trainings.ts'
export { type LayerProbeName, layerProbeNames, usualProbes } from './probes/layer-probes.ts'
export { type BackendSource, type PrecisionGap, precisionGap } from './probes/precision.ts'
export type { ProbeSamples } from './probes/samples.ts'
export { type ProbedData, type ProbedQuantity, probePicture } from './report/probe-figure.ts'
export type { DataDescription } from './runs/run-description.ts'
export type { EvaluateEvery } from './settings/evaluate-every.ts'
export type { LayerRates } from './settings/layer-rates.ts'
export type { LossAlias } from './settings/loss-kind.ts'
export type { MachineOptions } from './settings/machine.ts'
export type { TrainingSettings } from './settings/options.ts'
export type { ProbeSettings } from './settings/probe-settings.ts'
export { type RecipeName, recipeNames } from './settings/recipe-names.ts'
export { type Recipe, type RecipeOptions, recipes } from './settings/recipes.ts'
export { type Schedule, type ScheduleName, scheduleNames } from './settings/schedules.ts'
export { type StartName, startNames } from './settings/start-names.ts'
export type { TrainingOptions } from './settings/training.ts'
export { type ErrorCode, IsobathError, type OptionName, type OptionValue } from './support/errors.ts'
export { version } from './support/version.ts'
export type { BestScores } from './training/best-weights.ts'
export { type Divergence, describeDivergence } from './training/divergence.ts'
export type { DrawnPredictions, DrawnTarget } from './training/drawn-predictions.ts'
export type { SetScores } from './training/evaluate-sets.ts'
export type { Mistake, Scores, Weights } from './training/evaluator.ts'
export type { BestTest, Evaluation, Measurement, ProbeSnapshot, WarmupCheck } from './training/measurements.ts'
export type { Observer } from './training/observers.ts'
export { decodeTensors, encodeTensors, type Tensor, type TensorFile } from './training/safetensors.ts'
export type { Signal } from './training/signal.ts'
export type { StartChange } from './training/start-change.ts'
export type { LossRecord } from './training/state.ts'
export { fromTensors, hashTensors, toTensors } from './training/weights.ts'
export type { TrialEvent } from './trials/events.ts'
export type { TrialResult } from './trials/result.ts'
export type { TrialSpec } from './trials/spec.ts'
export type { Trial } from './trials/trial.ts'
