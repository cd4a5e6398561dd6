import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type Configuration,
  checkConfiguration,
  readConfigurationFile,
  resolveConfiguration,
} from './configuration.js'

let root: string
let inner: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nabla-configuration-'))
  inner = join(root, 'a', 'b')
  await mkdir(inner, { recursive: true })
  for (const name of ['BACKEND', 'SEED', 'THREADS', 'ALLOW_SOFTWARE']) vi.stubEnv(`NABLA_${name}`, '')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(root, { recursive: true })
})

const write = (folder: string, text: string) => writeFile(join(folder, 'nabla.config.json'), text)

function errorOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return String(error).replaceAll(root, '<folder>')
  }
  return 'no error'
}

describe('priority', () => {
  const program: Configuration = { backend: 'program', seed: 1, threads: 1 }

  test('the program, then the file, the environment, and the command line', async () => {
    expect(resolveConfiguration({}, {}, inner).backendSource).toBeUndefined()
    expect(resolveConfiguration(program, {}, inner)).toEqual({ ...program, backendSource: 'the program' })

    await write(root, '{ "backend": ["file", "cpu"], "seed": 2 }')
    const fromFile = resolveConfiguration(program, {}, inner)
    expect(fromFile).toMatchObject({ backend: ['file', 'cpu'], seed: 2, threads: 1 })
    expect(fromFile.backendSource).toBe(join(root, 'nabla.config.json'))

    vi.stubEnv('NABLA_BACKEND', 'environment')
    vi.stubEnv('NABLA_THREADS', '3')
    expect(resolveConfiguration(program, {}, inner)).toEqual({
      backend: 'environment',
      seed: 2,
      threads: 3,
      backendSource: 'the environment variable NABLA_BACKEND',
    })

    expect(resolveConfiguration(program, { backend: 'flag', seed: 4 }, inner)).toEqual({
      backend: 'flag',
      seed: 4,
      threads: 3,
      backendSource: 'the command line',
    })
  })

  test('the nearest file counts, alone', async () => {
    await write(root, '{ "backend": "far", "seed": 5 }')
    await write(join(root, 'a'), '{ "backend": "near" }')
    expect(readConfigurationFile(inner)).toEqual({
      path: join(root, 'a', 'nabla.config.json'),
      values: { backend: 'near' },
    })
    expect(resolveConfiguration({}, {}, inner)).not.toHaveProperty('seed')
  })

  test('variables: a list of names, a seed; empty ones are not set', () => {
    vi.stubEnv('NABLA_BACKEND', 'webgpu, cpu')
    vi.stubEnv('NABLA_SEED', '0')
    vi.stubEnv('NABLA_ALLOW_SOFTWARE', '1')
    expect(resolveConfiguration(program, {}, inner)).toMatchObject({
      backend: ['webgpu', 'cpu'],
      seed: 0,
      threads: 1,
      allowSoftware: true,
    })
    vi.stubEnv('NABLA_ALLOW_SOFTWARE', 'false')
    expect(resolveConfiguration({ allowSoftware: true }, {}, inner)).toMatchObject({ allowSoftware: false })
  })

  test('settings that are undefined hide nothing', () => {
    expect(resolveConfiguration(program, { backend: undefined }, inner)).toMatchObject({ backend: 'program' })
  })
})

describe('errors', () => {
  test('unknown and wrong settings', () => {
    expect(errorOf(() => checkConfiguration('configure', { device: 'gpu' }))).toMatchInlineSnapshot(
      `"ValueError: configure: expected backend, seed, threads and allowSoftware; received "device". Fix: correct the value; known settings are backend (string or list), seed (number), threads (number) and allowSoftware (true or false)."`,
    )
    expect(errorOf(() => checkConfiguration('configure', { backend: 3 }))).toMatchInlineSnapshot(
      `"ValueError: configure: expected backend to be a name or a list of names; received 3. Fix: correct the value; known settings are backend (string or list), seed (number), threads (number) and allowSoftware (true or false)."`,
    )
    expect(errorOf(() => checkConfiguration('configure', { seed: -1 }))).toMatchInlineSnapshot(
      `"ValueError: configure: expected seed to be a whole number of at least 0; received -1. Fix: correct the value; known settings are backend (string or list), seed (number), threads (number) and allowSoftware (true or false)."`,
    )
    expect(errorOf(() => checkConfiguration('configure', { threads: 0 }))).toMatchInlineSnapshot(
      `"ValueError: configure: expected threads to be a whole number of at least 1; received 0. Fix: correct the value; known settings are backend (string or list), seed (number), threads (number) and allowSoftware (true or false)."`,
    )
    expect(errorOf(() => checkConfiguration('configure', ['cpu']))).toMatchInlineSnapshot(
      `"ValueError: configure: expected an object of settings; received ["cpu"]. Fix: correct the value; known settings are backend (string or list), seed (number), threads (number) and allowSoftware (true or false)."`,
    )
  })

  test('a file that is wrong is named', async () => {
    await write(root, '{ "seed": 1.5 }')
    expect(errorOf(() => resolveConfiguration({}, {}, inner))).toMatchInlineSnapshot(
      `"ValueError: <folder>/nabla.config.json: expected seed to be a whole number of at least 0; received 1.5. Fix: correct the value; known settings are backend (string or list), seed (number), threads (number) and allowSoftware (true or false)."`,
    )
    await write(root, 'backend = cpu')
    // The words about the place are those of the JavaScript engine.
    expect(errorOf(() => resolveConfiguration({}, {}, inner))).toMatch(
      /^ValueError: <folder>\/nabla\.config\.json: expected JSON such as \{ "backend": "cpu" \}; received .*JSON.*\. Fix: correct the file\.$/s,
    )
  })

  test('a variable that is wrong is named', () => {
    vi.stubEnv('NABLA_SEED', 'many')
    expect(errorOf(() => resolveConfiguration({}, {}, inner))).toMatchInlineSnapshot(
      `"ValueError: NABLA_SEED: expected seed to be a whole number of at least 0; received "many". Fix: correct the value; known settings are backend (string or list), seed (number), threads (number) and allowSoftware (true or false)."`,
    )
    vi.stubEnv('NABLA_SEED', '')
    vi.stubEnv('NABLA_ALLOW_SOFTWARE', 'maybe')
    expect(errorOf(() => resolveConfiguration({}, {}, inner))).toMatch(
      /^ValueError: NABLA_ALLOW_SOFTWARE: expected allowSoftware to be true or false; received "maybe"\. Fix:/,
    )
    vi.stubEnv('NABLA_ALLOW_SOFTWARE', '')
    vi.stubEnv('NABLA_THREADS', '0')
    expect(errorOf(() => resolveConfiguration({}, {}, inner))).toMatchInlineSnapshot(
      `"ValueError: NABLA_THREADS: expected threads to be a whole number of at least 1; received 0. Fix: correct the value; known settings are backend (string or list), seed (number), threads (number) and allowSoftware (true or false)."`,
    )
  })
})
