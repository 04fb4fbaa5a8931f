// How many rows are checked without being asked.

/** Rows up to which problems are counted in the list of data sets, and while another tab of a data set is shown. */
export const SOON = 100_000
