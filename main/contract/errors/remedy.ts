// What solves an error: windows offer it as a button, the command line as a command.
export type Remedy =
  /** The fix of one problem of a data set's newest version, or all the safe ones where `problem` is absent. */
  | {
      readonly kind: 'fix'
      readonly dataset: number
      /** The data set's name. */
      readonly name: string
      readonly problem?: string
      /** What the fix is called. */
      readonly button: string
    }
  /** Get the starter model. */
  | { readonly kind: 'starter' }
  /** Allow the studio to use the network. */
  | { readonly kind: 'network' }

/** What an error may have beside its sentence. */
export interface ErrorExtras {
  readonly remedy?: Remedy | undefined
  /** The technical reasons, for whoever wants to look into them. */
  readonly details?: string | undefined
}

/** An error as it crosses between processes. */
export interface ErrorReport extends ErrorExtras {
  readonly code: string
  readonly message: string
}

/** What the catalogue has for a code: a sentence, or one with more to it. */
export type Told = string | (ErrorExtras & { readonly message: string })
