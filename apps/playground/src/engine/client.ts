/**
 * The worker as the page sees it: commands, questions with answers, and signals that follow what it tells.
 */
import { batch } from '@preact/signals'
import type {
  Command,
  FromWorker,
  Question,
  QuestionKind,
  Questions,
  RunFacts,
  Task,
  ToWorker,
} from '../protocol.js'
import { backend } from '../state/settings.js'
import { Run } from './runs.js'
import * as state from './state.js'

/** Runs that are kept at most. */
const KEPT_RUNS = 8

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (reason: Error) => void
}

const waiting = new Map<number, Waiting>()
let lastQuestion = 0
let worker: Worker | undefined

function lose(): void {
  state.lost.value = true
  for (const { reject } of waiting.values()) reject(new Error('the worker stopped'))
  waiting.clear()
}

export function startWorker(): void {
  worker = new Worker(new URL('../worker/main.ts', import.meta.url), { type: 'module', name: 'nabla' })
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => batch(() => receive(data)))
  worker.addEventListener('error', lose)
  worker.addEventListener('messageerror', lose)
}

export function command(message: Command): void {
  worker?.postMessage(message)
}

/** Asks the worker something; rejects with its reason. */
export function ask<Kind extends QuestionKind>(
  kind: Kind,
  question: Questions[Kind]['ask'],
  transfer: Transferable[] = [],
): Promise<Questions[Kind]['answer']> {
  lastQuestion += 1
  const id = lastQuestion
  const message = { kind, id, ask: question } as Question
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: (answer) => resolve(answer as Questions[Kind]['answer']), reject })
    worker?.postMessage(message satisfies ToWorker, transfer)
  })
}

let isScheduled = false

/** Lets the curves be drawn anew, once in the next frame. */
function schedule(): void {
  if (isScheduled) return
  isScheduled = true
  requestAnimationFrame(() => {
    isScheduled = false
    state.changes.value += 1
  })
}

function withTask(task: Task, fraction: number | undefined): ReadonlyMap<Task, number | undefined> {
  return new Map(state.tasks.value).set(task, fraction)
}

function withoutTask(task: Task): ReadonlyMap<Task, number | undefined> {
  const tasks = new Map(state.tasks.value)
  tasks.delete(task)
  return tasks
}

function begin(facts: RunFacts): void {
  state.runs.value = [...state.runs.value.slice(1 - KEPT_RUNS), new Run(facts)]
  if (!facts.compared) {
    state.test.value = undefined
    state.failure.value = undefined
  }
}

const runOf = (id: number): Run | undefined => state.runs.value.find(({ facts }) => facts.id === id)

function receive(message: FromWorker): void {
  switch (message.kind) {
    case 'ready':
      state.backends.value = message.backends
      state.isolated.value = message.isolated
      if (!message.backends.some(({ id, available }) => available && id === backend.value))
        backend.value = 'auto'
      return
    case 'data':
      state.pictures.value = message.facts
      return
    case 'progress':
      state.tasks.value = withTask(message.task, message.fraction)
      return
    case 'done':
      state.tasks.value = withoutTask(message.task)
      return
    case 'status':
      state.status.value = message.status
      return
    case 'run':
      begin(message.run)
      return
    case 'moved': {
      const run = runOf(message.run)
      if (run !== undefined && run.backend !== message.backend) run.backend += ` → ${message.backend}`
      schedule()
      return
    }
    case 'points': {
      const run = runOf(message.run)
      run?.add(message.points)
      if (run !== undefined) run.samplesPerSecond = message.samplesPerSecond
      schedule()
      return
    }
    case 'test': {
      const run = runOf(message.run)
      if (run !== undefined) run.test = message.result
      state.test.value = message.result
      schedule()
      return
    }
    case 'insight':
      state.insight.value = message.insight
      return
    case 'model':
      state.trained.value = message.facts
      return
    case 'answer':
      waiting.get(message.id)?.resolve(message.answer)
      waiting.delete(message.id)
      return
    case 'refusal':
      waiting.get(message.id)?.reject(new Error(message.reason))
      waiting.delete(message.id)
      return
    case 'failure':
      state.failure.value = message.reason
      return
  }
}
