// softprompt show RUN, and softprompt show --prompt A,B,C --as committee
import { Command } from 'commander'
import type { RunDetails } from '../../../contract/service.ts'
import { chosenPrompts, committeeLines, type CommitteeOptions, withCommittee } from '../committee.ts'
import { goOnWith } from '../hints.ts'
import { type CommonOptions, type Host, type Session, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'
import { describeEvaluation, describeHeadline, rowsSentence } from '../words.ts'

export function showCommand(host: Host): Command {
  const command = new Command('show')
    .description('show a run: settings, loss curve and metrics; or how several do that answer together')
    .argument('[run...]')
    .usage('[options] <run>')
    .action((words: string[], options: CommonOptions & CommitteeOptions) => {
      const { prompts, together } = chosenPrompts(words, [], options)
      return withStudio(host, options, (session) =>
        together ? showTogether(session, prompts) : show(session, prompts[0]),
      )
    })
  return withCommon(withCommittee(command))
}

async function show({ studio, output }: Session, run: string): Promise<void> {
  const details = await studio.call('runs.show', { run })
  output.result({ ...details }, describe(details))
}

async function showTogether({ studio, output }: Session, runs: readonly string[]): Promise<void> {
  const figures = await studio.call('committees.figures', { runs: [...runs] })
  output.result({ ...figures }, committeeLines(figures))
}

function describe(details: RunDetails): string[] {
  const { run, model, rows, steps, validations, notes, evaluations, checkpoint } = details
  const { method, placement, tokens, loss, batch, learningRate, schedule, from } = run.settings
  const last = steps.at(-1)
  return [
    `Run ${String(run.id)} "${run.name}": ${run.state}`,
    ...(run.error === undefined ? [] : [run.error]),
    ...(run.state === 'interrupted' || run.state === 'stopped' ? [goOnWith(run.name)] : []),
    `Model: ${model.name}`,
    taskLine(details),
    `Method: ${method}${tokens > 0 ? `, ${String(tokens)} virtual tokens` : ''}, ${placement}; loss over ${loss}`,
    ...(from ? [`Started from: ${from.name}`] : []),
    `Steps: ${String(last?.step ?? 0)} of ${String(run.settings.steps)}, ${String(batch)} examples each, rate ${String(learningRate)} (${schedule}), seed ${String(run.seed)}`,
    rowsSentence(rows),
    ...(last ? [`Last loss: ${last.loss.toPrecision(4)}`] : []),
    ...validations.map(
      ({ step, loss, best, ...validation }) =>
        `Validation at step ${String(step)}: loss ${loss.toPrecision(4)}, ${describeHeadline(validation)}${best ? ' (best)' : ''}`,
    ),
    ...(checkpoint === undefined ? [] : [`Checkpoint: step ${String(checkpoint)}`]),
    ...evaluations.map(describeEvaluation),
    ...notes.map(({ message }) => message).filter((message) => message !== ''),
  ]
}

/** The kind of task, the columns with texts, contexts and answers, and the labels to choose among. */
function taskLine({ run, textColumn, labelColumn, contextColumn, labels }: RunDetails): string {
  const { task = 'classification' } = run.settings
  const about = contextColumn === '' ? '' : `, about "${contextColumn}"`
  const among = labels.length === 0 ? '' : `, one of: ${labels.join(', ')}`
  return `Task: ${task}; reads "${textColumn}"${about}, answers "${labelColumn}"${among}`
}
