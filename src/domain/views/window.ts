// Owns the shape of a restore window. JSON-ready; it computes nothing.

export interface WindowView {
  readonly from: string;
  readonly until: string;
}
