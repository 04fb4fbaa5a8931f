// The studio's words, each explained in a sentence or two.
export const glossary = {
  search: 'Find a word',
  none: 'No such word here.',
  terms: {
    'Base model': 'The language model that everything starts from. It is frozen: tuning never changes it.',
    Baseline:
      'What a result is measured against: the same rows without a prompt, with a written prompt, or with another run.',
    Batch: 'The rows that one step looks at together.',
    Checkpoint: 'The state of a run at some step, kept on disk, so that it can go on after a pause or a crash.',
    'Confusion matrix':
      'A table that counts for each right label what was answered instead. What lies off its diagonal is wrong.',
    Context: 'How many tokens a model can read at once.',
    'Fine-tuning':
      'Training all numbers of a model for a task. Powerful, heavy, and each task needs a copy of the model.',
    Gradient:
      'For each number that is trained, in which direction and how strongly it should move to make the loss smaller.',
    'Held-out rows':
      'Rows that no step learned from and no choice was made by. Only they can say how good a prompt is.',
    Initialisation:
      'Where the virtual tokens start: from real words about the task, from the labels, from the vocabulary, or from chance.',
    Interval:
      'The range in which a figure would lie if it were measured on other rows of the same kind, 95 times out of 100.',
    Label: 'The right answer of a row, one of a fixed set.',
    'Learning rate': 'How far each step moves. Too low takes forever, too high jumps past the goal.',
    LoRA: 'Another light way to adapt a model: small matrices beside its own. More is trained than with prompt tuning.',
    Loss: 'How wrong the answers are, as one number. Tuning makes it smaller; at zero the right answer is certain.',
    'Macro-F1':
      'A mark that counts every label the same, however many rows it has. It falls when a rare label is never found.',
    Overfitting:
      'Learning the rows by heart instead of what they have in common. Check rows get worse while the loss still falls.',
    Parameter: 'One of the numbers that a model is made of.',
    Placement: 'Where the virtual tokens stand: before everything, before the text, or behind it.',
    Prefix:
      'Virtual tokens that act inside every layer of the model instead of only at its entrance. Stronger, and the studio’s default.',
    'Prompt tuning': 'Learning virtual tokens at the entrance of a frozen model, so that it answers a task well.',
    'Quantised weights':
      'A model’s numbers stored with fewer digits to save room. The studio reads such files and computes with all digits.',
    Run: 'One tuning from start to end: its data version, model, settings, curve and prompt.',
    Seed: 'The number that decides every chance in a run. The same seed gives the same run.',
    'Soft prompt': 'A prompt made of virtual tokens instead of words: the thing that tuning makes.',
    Step: 'One small move of the virtual tokens after looking at one batch.',
    Template: 'How a row becomes the text that the model reads: where the text stands, and what leads to the answer.',
    Token: 'A piece of a word. Models read and write texts as tokens; an English word is one or two of them.',
    'Validation rows': 'Rows that are not learned from but looked at during a run, to keep its best state.',
    Version: 'A state of your data. Every change makes a new one; a run stays bound to the one it was tuned on.',
    'Virtual token': 'A row of numbers in the place of a word, adjusted by tuning. A soft prompt has 8 to 32 of them.',
  },
} as const
