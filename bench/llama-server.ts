// LoRA on the tail as a GGUF adapter in the real llama-server: 200 rows answered there and in the studio.
import { answersOf, apart, margins, sampleTexts } from '../test/support/llama-server.ts'
import { starterFile, starterModel } from './support/model.ts'
import { type Bench, target } from './support/result.ts'
import { inScratch } from './support/scratch.ts'

const rows = 200
/** The server multiplies weights of 4 bits by activations of 8, the studio in float32: nearer choices than this are ties. */
const tie = 0.3

export const llamaServer: Bench = async ({ quick, say }) => {
  const texts = sampleTexts(quick ? 10 : rows)
  const subject = { model: await starterModel(say), file: await starterFile(say), texts, size: 0.03 }
  const { server, studio } = await inScratch((folder) => answersOf(subject, { method: 'tail-lora', tail: 3 }, folder))
  const [ours, base] = [await studio(), await studio({}, false)]
  const other = margins(server, ours)
  const figures = {
    ...{ rows: texts.length, version: server.version, other, apart: apart(server, ours) },
    withoutAdapter: { apart: apart(server, base), other: margins(server, base).length },
  }
  const { withoutAdapter } = figures
  return {
    title: "A tail adapter in llama-server beside the studio's answers",
    method: `SmolLM2-135M as Q4_1, LoRA of random values on the last three tokens, ${texts.length} rows of the sample; xllamacpp ${server.version}. Distance: total variation between the distributions of the next token, in the mean.`,
    table: {
      columns: ['llama-server beside', 'distance', 'rows with another likeliest token', 'of them by more than a tie'],
      rows: [
        ['the studio', figures.apart.toFixed(4), String(other.length), String(other.filter((by) => by > tie).length)],
        ['the studio without the adapter', withoutAdapter.apart.toFixed(4), String(withoutAdapter.other), ''],
      ],
    },
    targets: [
      target('rows answered differently by more than a tie', other.filter((by) => by > tie).length, '<=', rows / 20),
      target('distance', figures.apart, '<=', 0.05),
    ],
    doubts: withoutAdapter.apart < 0.1 ? ['The adapter changes too little to show anything.'] : [],
    figures,
  }
}
