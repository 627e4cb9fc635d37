/** What both histories may be asked for. */
export interface RecentRequest {
  /** 1 or more. */
  readonly limit: number;
  /** An item's `id`: what is older; left out: from the newest on. What is added or pruned meanwhile moves no item to another page. */
  readonly before?: number | undefined;
  /** Milliseconds since 1970, this moment included. */
  readonly from?: number | undefined;
  /** This moment not included. */
  readonly until?: number | undefined;
}

/** An item of a history with the number that it is stored under. */
export type Numbered<T> = T & { readonly id: number };

/** Where a page begins: what is older than this. */
export interface Position {
  readonly at: number;
  readonly id: number;
}

/** Several lists of rows, each newest first, as one. */
export function mergeNewestFirst<T extends Position>(lists: readonly (readonly T[])[], limit: number): T[] {
  return lists
    .flat()
    .sort((a, b) => b.at - a.at || b.id - a.id)
    .slice(0, limit);
}
