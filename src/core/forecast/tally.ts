// Owns counting what several lines keep as one, point by point, and lines in which what came first goes first.

/** How many lines keep each point. */
export interface Tally {
  add(): number;
  hold(point: number): void;
  drop(point: number): void;
  holders(point: number): number;
  kept(): number;
}

export function openTally(): Tally {
  let holders = new Uint8Array(4_096);
  let points = 0;
  let kept = 0;
  return {
    add() {
      if (points === holders.length) {
        const more = new Uint8Array(holders.length * 2);
        more.set(holders);
        holders = more;
      }
      points += 1;
      return points - 1;
    },
    hold(point) {
      holders[point] = (holders[point] ?? 0) + 1;
      if (holders[point] === 1) kept += 1;
    },
    drop(point) {
      holders[point] = (holders[point] ?? 0) - 1;
      if (holders[point] === 0) kept -= 1;
    },
    holders: (point) => holders[point] ?? 0,
    kept: () => kept,
  };
}

/** First in, first out. */
export interface Queue<T> {
  push(item: T): void;
  first(): T | undefined;
  shift(): T | undefined;
  replaceLast(item: T): T | undefined;
  length(): number;
}

export function openQueue<T>(): Queue<T> {
  let items: T[] = [];
  let head = 0;
  return {
    push: (item) => {
      items.push(item);
    },
    first: () => items[head],
    shift() {
      const item = items[head];
      head += 1;
      if (head > 1_000 && head * 2 > items.length) [items, head] = [items.slice(head), 0];
      return item;
    },
    replaceLast(item) {
      const replaced = items.pop();
      items.push(item);
      return replaced;
    },
    length: () => items.length - head,
  };
}
