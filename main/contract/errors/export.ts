// Errors of exporting and opening prompt files.
import type { Told } from './remedy.ts'

export const exportErrors = {
  'export/not-empty': (folder: string) =>
    `${folder} already contains files. Choose a new or empty folder, so that nothing is overwritten.`,
  'export/foreign-file': (folder: string, name: string) =>
    `${folder} holds an export, and also ${name}, which is no part of it. Choose a new or empty folder, so that nothing is lost.`,
  'export/changed-file': (folder: string, name: string) =>
    `${name} in ${folder} was changed since it was exported. Choose a new or empty folder, so that nothing is lost.`,
  'export/is-model': (run: string) =>
    `The result of run "${run}" is a model of its own, not a prompt for another: export it as a folder for transformers.`,
  'export/is-prompt': (run: string) =>
    `The result of run "${run}" is a prompt for its base model, not a model of its own: choose another format.`,
  'export/cannot-write': (folder: string, why: string) =>
    `The prompt cannot be saved to ${folder}: ${why}. Choose another folder.`,
  'export/parts': (format: string, method: string, instead: string) =>
    `${format} cannot hold a prompt made by ${method}. Export it as a prompt file, or tune with ${instead} instead.`,
  'export/tail': (format: string, tail: number, fixed: number) =>
    fixed === 0
      ? `${format} finds the tail by its tokens, but here the template ends with the row’s own text. Tune with a template that goes on behind the text, or export this one as a prompt file.`
      : `${format} finds the tail by its tokens, but of the ${tail} tokens of this one only the last ${fixed} are the same in every row. Tune with a tail of at most ${fixed}, or export this one as a prompt file.`,
  'export/short-tail': () =>
    'llama-server finds the tail by the tokens behind its first one, so a tail of one token cannot be a GGUF adapter. Tune with a tail of at least two tokens, or export this one as a PEFT folder or a prompt file.',
  'prompt/damaged': (file: string) => `${file} is damaged, or not a prompt file. Ask whoever sent it to send it again.`,
  'prompt/no-config': (folder: string) =>
    `${folder} has no adapter_config.json. Choose the whole folder of the adapter, or a zip of it.`,
  'prompt/no-tensors': (folder: string) =>
    `${folder} has no adapter_model.safetensors. Download the whole folder again; an adapter_model.bin cannot be opened safely, since it may contain programs.`,
  'prompt/adapter-kind': (folder: string, kind: string) =>
    `${folder} is an adapter of the kind ${kind}. The studio opens those of LoRA, IA3, prompt tuning, P-tuning and prefix tuning.`,
  'prompt/adapter-task': (folder: string, task: string) =>
    `${folder} was made for the task ${task}. The studio opens adapters of models that write text (CAUSAL_LM).`,
  'prompt/dora': (folder: string) =>
    `${folder} uses DoRA, which also scales the model’s own weights. Train it again as plain LoRA (use_dora=False).`,
  'prompt/ranks': (folder: string) =>
    `${folder} has matrices of several ranks (rank_pattern or alpha_pattern). Train it again with one rank and one alpha.`,
  'prompt/modules': (folder: string, modules: readonly string[]) =>
    `${folder} also replaces whole parts of the model (${modules.slice(0, 4).join(', ')}). Merge it into the model, and add that under Models.`,
  'prompt/biases': (folder: string) =>
    `${folder} trains biases beside its matrices. Train it again without them (bias="none"), or merge it into the model and add that under Models.`,
  'prompt/targets': (folder: string, module: string) =>
    `${folder} changes ${module}, and the studio runs adapters of the attention’s and the feed-forward network’s linear maps only (q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj).`,
  'prompt/ia3-inputs': (folder: string) =>
    `${folder} scales inputs where the studio’s IA3 scales outputs, or the other way round: feedforward_modules must be down_proj alone.`,
  'prompt/adapter-feature': (folder: string, feature: string) =>
    `${folder} uses ${feature}, which the studio does not run. Merge it into the model, and add that under Models.`,
  'prompt/bare-tail': (folder: string) =>
    `${folder} acts from certain tokens on (activated LoRA), and without the studio’s softprompt.json nobody can tell the template that contains them. Export it from the studio again.`,
  'prompt/other-tail': (folder: string) =>
    `${folder} acts from other tokens on than those that its template ends with. Export it from the studio again.`,
  'prompt/which-model': (folder: string, base: string, models: readonly string[]) =>
    `${folder} was made for ${base === '' ? 'a model that it does not name' : base}. Open it with the name of the model here that this is: ${models.join(' or ')}.`,
  'prompt/other-shape': (folder: string, model: string, base: string) =>
    `${folder} does not fit ${model}: it was made for ${base === '' ? 'a model of another shape' : base}. Add that model under Models, and open the folder with it.`,
  'prompt/newer': (file: string) =>
    `${file} was made by a newer version of the studio. Update this one, then open the file again.`,
  /** `isStarter`: the model is the starter model, which one click gets. */
  'prompt/no-model': (file: string, model: string, isStarter = false) => ({
    message: isStarter
      ? `${file} was made for the starter model, ${model}, which is not here yet.`
      : `${file} was made for ${model}, and this studio has no model with exactly the same weights. Add that model under Models, then open the file again.`,
    ...(isStarter ? { remedy: { kind: 'starter' as const } } : {}),
  }),
  'prompt/not-checked': (name: string) =>
    `"${name}" was not checked: its file records no answers of labels that this studio could compare with its own. Trust it as far as you trust where it came from.`,
  'prompt/other-answers': (file: string, model: string) =>
    `${file} does not answer here as it did where it was made, so it was not opened. Add ${model} again under Models, or ask for the file again.`,
} satisfies Record<string, (...details: never[]) => Told>
