/** First come, first served, for things of which there are only so many. What was given back last is served first: it is
 *  warm. */
export type Queue<T> = {
  /** Resolves in the order of asking. Rejects once the queue is closed. */
  take(): Promise<T>;
  give(thing: T): void;
  /** True while somebody waits. */
  wanted(): boolean;
  /** Rejects those who wait and all who come. */
  close(error: Error): void;
};

export function createQueue<T>(things: T[]): Queue<T> {
  const free = [...things];
  const waiting: { resolve(thing: T): void; reject(error: Error): void }[] = [];
  let closed: Error | undefined;
  return {
    take() {
      if (closed) return Promise.reject(closed);
      const thing = free.pop();
      return thing === undefined
        ? new Promise((resolve, reject) => void waiting.push({ resolve, reject }))
        : Promise.resolve(thing);
    },
    give(thing) {
      const next = waiting.shift();
      if (next) next.resolve(thing);
      else free.push(thing);
    },
    wanted: () => waiting.length > 0,
    close(error) {
      closed = error;
      for (const each of waiting.splice(0)) each.reject(error);
    },
  };
}
