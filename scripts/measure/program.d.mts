export function openResults(folder: string): {
  has(key: string): boolean
  keep<T extends object>(key: string, work: () => Promise<T>): Promise<T>
}
export function percent(error: number | null | undefined): string
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string
export function timeLeft(times: readonly number[], cells: number): string
