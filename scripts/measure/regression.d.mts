export function writeRegression(file: string, options: { rows: number; noise: number; seed: number }): void
