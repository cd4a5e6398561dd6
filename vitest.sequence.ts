/**
 * The order in which files of tests are run. Vitest knows how long a file takes only where it ran before, which continuous
 * integration never did, so those that take long are listed here. Two files that keep a GPU in software busy take more than
 * twice as long beside each other: one runs at a time as long as there is something else to run. Of the rest the longest
 * come first, so that at the end no processor waits for one of them alone.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

interface Long {
  readonly pattern: RegExp
  /** About what it takes beside others. */
  readonly seconds: number
}

/** These compute on a GPU in software. */
const ON_GPU: readonly Long[] = [
  { pattern: /^browser\/conformance-webgpu/, seconds: 200 },
  { pattern: /^packages\/backend-webgpu\/src\/conformance/, seconds: 190 },
  { pattern: /^browser\/playground\/webgpu/, seconds: 130 },
  { pattern: /^packages\/nn\/src\/training\/backends-webgpu/, seconds: 75 },
  { pattern: /^packages\/backend-webgpu\/src\/kernels\/contract\/variants/, seconds: 26 },
]

const ELSEWHERE: readonly Long[] = [
  { pattern: /^browser\/conformance\.test/, seconds: 70 },
  { pattern: /^browser\/playground\//, seconds: 60 },
  { pattern: /^packages\/nabla\/src\/conformance/, seconds: 40 },
  { pattern: /^packages\/backend-wasm\/src\/conformance/, seconds: 36 },
  { pattern: /^packages\/conformance\/src\/testing\/faults/, seconds: 26 },
  { pattern: /^browser\/training/, seconds: 23 },
  { pattern: /^packages\/backend-cpu\/src\/conformance/, seconds: 20 },
  { pattern: /^docs\//, seconds: 19 },
  { pattern: /^packages\/nn\/src\/training\/ten-thousand/, seconds: 15 },
  { pattern: /^packages\/core\/src\/jit\/random-programs/, seconds: 15 },
  { pattern: /^packages\/conformance\/src\/reference\/backend/, seconds: 12 },
]

/** What a file takes that isn't listed. */
const SHORT = 2

interface Timed {
  readonly file: TestSpecification
  readonly seconds: number
}

/** The files of a list, longest first. */
function timed(files: readonly TestSpecification[], seconds: (file: TestSpecification) => number): Timed[] {
  return files.map((file) => ({ file, seconds: seconds(file) })).sort((a, b) => b.seconds - a.seconds)
}

/** The order in which workers take the files, if each always takes the one that suits best. */
function order(onGpu: Timed[], elsewhere: Timed[], workers: number): TestSpecification[] {
  const free = new Array<number>(workers).fill(0)
  let gpuIsFree = 0
  const result: TestSpecification[] = []
  while (onGpu.length + elsewhere.length > 0) {
    const now = Math.min(...free)
    const isForGpu = onGpu.length > 0 && (gpuIsFree <= now || elsewhere.length === 0)
    const next = (isForGpu ? onGpu.shift() : elsewhere.shift()) as Timed
    const end = now + next.seconds
    free[free.indexOf(now)] = end
    if (isForGpu) gpuIsFree = end
    result.push(next.file)
  }
  return result
}

export class ForTwoProcessors extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const { root, maxWorkers } = this.ctx.config
    const entryOf = (list: readonly Long[], { moduleId }: TestSpecification): Long | undefined =>
      list.find(({ pattern }) => pattern.test(moduleId.slice(root.length + 1)))
    const onGpu = sorted.filter((file) => entryOf(ON_GPU, file) !== undefined)
    const elsewhere = sorted.filter((file) => entryOf(ON_GPU, file) === undefined)
    return order(
      timed(onGpu, (file) => entryOf(ON_GPU, file)?.seconds ?? SHORT),
      timed(elsewhere, (file) => entryOf(ELSEWHERE, file)?.seconds ?? SHORT),
      Number(maxWorkers),
    )
  }
}
