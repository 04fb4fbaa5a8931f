// The studio's terms, each explained in a sentence or two.
export const glossary = {
  search: 'Find a word',
  none: 'No such word here.',
  terms: {
    Adapter:
      'A small change to how the model computes, learned for a task and kept beside the model. One on the tail acts only on the last tokens before the answer, and is what the studio proposes where answers are labels.',
    'Base model': 'The language model that everything starts from. It is frozen: tuning never changes it.',
    Baseline:
      'What a result is compared with on the same rows: the model alone, the best hand-written prompt, a word count, a linear probe, or another run.',
    Batch: 'The examples that one step looks at together. Their number is the batch size.',
    Calibration:
      'Correcting how sure a prompt says it is, so that of the answers that it is 80 % sure of, 80 % are right. One number does it, the temperature, fitted on the validation set.',
    Checkpoint: 'The state of a run at some step, saved on disk, so that it can resume after a pause or a crash.',
    Committee:
      'Several prompts that answer as one: the mean of their probabilities for each label is the answer. Where they disagree, it is less sure.',
    'Confusion matrix':
      'A table that counts, for each right label, which labels were answered. Everything off the diagonal is wrong.',
    'Context (of a model)': 'How many tokens a model can read at once.',
    'Context (of a question)': 'The text in which the answer to a question is found.',
    'Early stopping': 'Ending a run once the validation set has not improved for a while (the patience).',
    'Exact match': 'The share of answers that are right, word for word.',
    'Fine-tuning':
      'Training all the numbers of a model for a task. Powerful, but heavy, and each task needs its own copy of the model.',
    Gradient: 'For each trained number: which way, and how strongly, it should move to make the loss smaller.',
    'Gradient clipping': 'A limit on the size of the gradient, so that one odd batch cannot cause a huge step.',
    'Hand-written prompt':
      'An instruction in words, as you would type it in a chat. It is what a tuned prompt has to beat.',
    Initialisation:
      'Where the virtual tokens start: from words about the task, from the labels, from random words, or from random numbers.',
    Interval:
      'The range in which a figure would lie 95 times out of 100 if it were measured on other rows of the same kind.',
    'KV cache':
      'The keys and values that a model computes for a text, kept so that the same text need not be read again.',
    Label: 'The right answer of a row where answers come from a fixed set.',
    'Learning rate': 'How far each step moves. Too low takes for ever, too high jumps past the goal.',
    'Linear probe':
      'A simple rule on top of the model as it is: it learns which of the numbers that the model makes of a text go with which label. Shows what the model knows without any tuning.',
    LoRA: 'An adapter of small matrices beside the model’s own. It trains more numbers than prompt tuning.',
    Loss: 'How wrong the answers are, as one number. Tuning makes it smaller; at zero every right answer is certain.',
    'Macro-F1': 'A score that counts every label the same, however rare. It drops when a rare label is never answered.',
    Overfitting:
      'Memorising the examples instead of learning what they have in common: the training loss still falls while the validation set gets worse.',
    Parameter: 'One of the numbers that a model is made of.',
    PEFT: 'Hugging Face’s Python library for light ways of tuning, soft prompts among them. It loads what the studio exports.',
    Placement: 'Where the virtual tokens stand: before everything, before the text, or after it.',
    'Prefix tuning':
      'Learning keys and values for the virtual tokens in every layer of the model, not only at its input. Stronger than prompt tuning, and what the studio proposes where answers are written.',
    'Prompt tuning': 'Learning virtual tokens at the input of a frozen model, so that it does a task well.',
    Quantisation:
      'Storing a model’s numbers with fewer bits, which saves disk and memory at a small loss of precision.',
    'Random seed': 'The number that decides everything random in a run. The same seed gives the same run.',
    'ROUGE-L': 'How much of the right text an answer contains, word by word and in order.',
    Run: 'One tuning from start to end: the version of the data, the model, the settings, the curves and the prompt.',
    Shelf: 'Where the prompts stand that answer programs, each under a name that stays while its versions change.',
    'Soft prompt': 'A prompt made of virtual tokens instead of words, learned by tuning.',
    Step: 'One small change of what is trained after looking at one batch.',
    Sweep: 'Several runs that try different settings, or repeat the same ones with other random seeds.',
    Tail: 'The last tokens that the model reads before it answers: the end of the template.',
    Temperature:
      'Of a calibration: what the log-probabilities are divided by; above 1 it makes a prompt less sure. Of free writing: how much the answers vary.',
    Template: 'How a row becomes the text that the model reads: where the text goes, and what leads to the answer.',
    'Test set':
      'Rows that the run neither learned from nor was chosen by (held out). Only they show how good a prompt is.',
    Threshold:
      'How sure a prompt must be to answer alone. What is less sure is called unsure, and is for a person to answer.',
    Token: 'A word or a part of one. Models read and write text as tokens; an English word is one or two of them.',
    'Token F1': 'How many words an answer has in common with the right one, between 0 and 100 %.',
    'Training set': 'The rows that a run learns from.',
    'Validation set':
      'Rows that a run does not learn from but is checked on as it goes, so that its best state can be kept.',
    Version: 'A state of your data. Every change makes a new one; a run keeps the version that it was tuned on.',
    'Virtual token': 'A row of numbers in place of a word, learned by tuning. A soft prompt has 8 to 32 of them.',
    'Warm-up': 'The first steps of a run, in which the learning rate rises from zero.',
    'Weight decay': 'A slight pull of the trained numbers towards zero, against overfitting.',
    'Word count':
      'A simple program that counts words and letters and learns which go with which label (a bag of words). It uses no language model: where it does as well, the task may not need one.',
  },
} as const
